sample_archive
fiche show sample.fiche https://example.org/live --raw
echo "-- first"
fiche show sample.fiche https://example.org/live --raw --first
echo "-- at"
fiche show sample.fiche https://example.org/live --raw --at 2024-04-01
echo "-- all"
fiche show sample.fiche https://example.org/live --raw --all-versions
echo "-- an old one by its id"
fiche show sample.fiche a5 --raw
