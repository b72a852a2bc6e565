{ sample; awkward; } | fiche pack -q a.fiche -
fiche export a.fiche --to bibtex
echo "--"
fiche export a.fiche --to ris | tr '\r' '$'
