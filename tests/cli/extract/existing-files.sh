sample_archive
fiche extract -q sample.fiche a1 -d out
name=$(ls out)
echo mine >"out/$name"
code fiche extract -q sample.fiche a1 -d out
cat "out/$name"
code fiche extract sample.fiche a1 -d out --skip-existing
cat "out/$name"
code fiche extract sample.fiche a1 -d out --overwrite
cat "out/$name"
echo "-- a link is not followed"
echo target >elsewhere
rm "out/$name"
ln -s ../elsewhere "out/$name"
code fiche extract -q sample.fiche a1 -d out
code fiche extract -q sample.fiche a1 -d out --overwrite
cat elsewhere
ls -A out
echo "-- a file is no folder"
code fiche extract sample.fiche a1 -d elsewhere
