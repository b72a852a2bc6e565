#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tar, compressed, unpacked by bsdtar, and packed again.
. "$(dirname "$0")/prepare.sh"
need bsdtar
"$FICHE" export -q articles.fiche --to tar -o a.tar.gz
mkdir out
bsdtar -xf a.tar.gz -C out
. "$here/packed_again.sh"
