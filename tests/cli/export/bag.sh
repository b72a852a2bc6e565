sample_archive
mkdir in
printf 'A text' >in/a.txt
printf '{\n "title": "Of two lines",\n "text": "Text"\n}\n' >in/c.json
fiche pack -q --append sample.fiche in
fiche export sample.fiche --to bagit -o bag | steady
find bag -type f | LC_ALL=C sort
cat bag/bagit.txt bag/bag-info.txt bag/manifest-sha256.txt | steady
grep -v bag-info.txt bag/tagmanifest-sha256.txt
fiche extract sample.fiche --as json | cmp - bag/data/articles.jsonl && echo "all articles"
