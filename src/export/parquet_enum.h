/* SPDX-License-Identifier: Apache-2.0 */
/* parquet_enum.h - the numbers of Parquet's own names (parquet.thrift). */
#ifndef EXPORT_PARQUET_ENUM_H
#define EXPORT_PARQUET_ENUM_H

enum parquet_type { TYPE_INT64 = 2, TYPE_BYTE_ARRAY = 6 };
enum parquet_repeat { REPEAT_REQUIRED, REPEAT_OPTIONAL, REPEAT_REPEATED };
enum parquet_converted {
	CONVERTED_UTF8 = 0,
	CONVERTED_LIST = 3,
	CONVERTED_TIMESTAMP_MILLIS = 9,
};
enum parquet_encoding {
	ENCODING_PLAIN = 0,
	ENCODING_RLE = 3,
	ENCODING_DICTIONARY = 8, /* RLE_DICTIONARY */
};
enum parquet_page { PAGE_DATA = 0, PAGE_DICTIONARY = 2 };
enum { CODEC_ZSTD = 6 };

#endif
