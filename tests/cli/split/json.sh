sample_archive
fiche split --json sample.fiche --by year -o 'y-{year}.fiche' |
	sed 's/"file_size":[0-9]*/"file_size":N/' | steady
