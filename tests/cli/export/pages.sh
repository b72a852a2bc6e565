{ sample; awkward; } | fiche pack -q a.fiche -
fiche export a.fiche --to html -o site | steady
find site -type f | LC_ALL=C sort
echo "-- the start"
grep -v '<style>' site/index.html | steady
echo "-- a source"
grep -v -e '<style>' -e '<meta' site/sources/example.org/1.html
echo "-- an article"
grep -l '>Floods' -r site/articles | xargs grep -v '<style>' | steady
echo "-- one that wants to get out"
grep -l alert -r site/articles/2024-03 | xargs grep -v -e '<style>' -e 'http-equiv' | steady
