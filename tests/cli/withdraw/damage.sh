# When nobody can tell what was withdrawn, nothing is shown but to who insists.
sample_archive
fiche withdraw -q sample.fiche a1 --reason "asked for"
at=$(grep -obUa 'asked for' sample.fiche | cut -d : -f 1)
printf 'X' | dd of=sample.fiche bs=1 seek="$at" conv=notrunc 2>/dev/null
for how in list "search --count" info "list --withdrawn --short" "list --recover --short" verify; do
	case $how in
	search*) code fiche $how -q sample.fiche river ;;
	*) code fiche $how sample.fiche ;;
	esac 2>&1 | steady
done
code fiche compact sample.fiche -o new.fiche
code fiche withdraw sample.fiche a2 --reason x
