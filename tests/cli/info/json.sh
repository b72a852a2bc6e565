sample_archive
fiche info sample.fiche --json |
	sed 's/"\([a-z]*_bytes\|file_size\|end\)":[0-9]*/"\1":0/g'
