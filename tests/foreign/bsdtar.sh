#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tar, compressed, unpacked by bsdtar.
. "$(dirname "$0")/hostile.sh"
need bsdtar
fiche export -q articles.fiche --to tar -o a.tar.gz
mkdir out
bsdtar -xf a.tar.gz -C out
. "$here/unpacked.sh"
