sample | fiche pack --append new.fiche - | steady
fiche list new.fiche --short 2>/dev/null | wc -l | tr -d ' '
