#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The zip, unpacked by Info-ZIP, and packed again.
. "$(dirname "$0")/prepare.sh"
need unzip
"$FICHE" export -q articles.fiche --to zip -o a.zip
unzip -tq a.zip
unzip -q a.zip -d out
. "$here/packed_again.sh"
