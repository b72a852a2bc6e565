sample_archive
fiche show sample.fiche a1
echo ======
fiche show sample.fiche https://kurier.test/wahl --meta
echo ======
fiche show sample.fiche a1 x-77 | tail -n 12
