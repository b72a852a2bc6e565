# A folder that cannot be written to, and one that cannot be made.
sample_archive
code fiche extract sample.fiche a1 -d nowhere/out
[ "$(id -u)" -eq 0 ] && exit 0
mkdir closed
chmod 500 closed
quiet=$(fiche extract sample.fiche a1 -d closed 2>&1) && echo "wrote: $quiet"
exit 0
