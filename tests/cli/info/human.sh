sample_archive
fiche info sample.fiche | sed -e 's/[0-9.]* [KM]iB/SIZE/g' -e 's/([^)]*)/(RATIO)/' -e 's/  *$//'
