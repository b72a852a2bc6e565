code fiche list a.fiche --date 2024-13
code fiche list a.fiche --from 2024-03..2024-04
code fiche list a.fiche --from 2024 --to 2023
code fiche list a.fiche --at soon
