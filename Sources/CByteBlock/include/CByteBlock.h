#ifndef CBYTEBLOCK_H
#define CBYTEBLOCK_H

// Thirty-two bytes of a message, compared all at once. Swift's vectors cannot
// be turned into one bit for each of their bytes; those of clang can, on every
// processor.

#include <stddef.h>
#include <stdint.h>

// Which of the bytes are what: bit 0 is the first byte.
struct postern_block {
    uint32_t newlines;
    uint32_t equals;
    // Bytes that are written as %XX: `%`, 0x7f, and control characters but LF.
    uint32_t escaped;
    // Bytes beyond ASCII.
    uint32_t high;
};

// Looks at the 32 bytes at `start`, which need not be aligned.
struct postern_block postern_block_at(const void *start);

// The same for fewer bytes; there is nothing behind them.
struct postern_block postern_short_block_at(const void *start, size_t count);

#endif
