sample_archive
echo "-- text"
fiche extract sample.fiche a1 a2
echo "-- json"
fiche extract sample.fiche a3 --as json
echo "-- by selection, NUL behind each"
fiche extract -q sample.fiche --tag election -0 | tr '\0' '!'
echo
