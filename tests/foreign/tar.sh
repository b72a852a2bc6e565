#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tar, from a pipe, unpacked by tar, and packed again.
. "$(dirname "$0")/prepare.sh"
need tar
mkdir out
"$FICHE" export -q articles.fiche --to tar | tar --warning=no-timestamp -xf - -C out
. "$here/packed_again.sh"
