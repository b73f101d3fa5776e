#include "CByteBlock.h"

#include <string.h>

// Not in the header: Swift compiles what it finds there itself, and makes of
// each of these vectors a loop over its bytes.

// As many as each processor's registers hold.
typedef int8_t postern_bytes __attribute__((ext_vector_type(16)));
typedef char postern_matches __attribute__((ext_vector_type(16)));
typedef _Bool postern_bits __attribute__((ext_vector_type(16)));

static inline uint32_t postern_mask(postern_matches matches)
{
    postern_bits bits = __builtin_convertvector(matches, postern_bits);
    uint16_t mask;
    memcpy(&mask, &bits, sizeof mask);
    return mask;
}

// Adds sixteen bytes, the first of which has bit `place`.
static inline void postern_look(const char *start, int place, struct postern_block *block)
{
    postern_bytes bytes;
    memcpy(&bytes, start, sizeof bytes);
    postern_matches newlines = bytes == '\n';
    postern_matches high = bytes < 0;
    postern_matches controls = (bytes < 0x20) & ~newlines & ~high;
    block->newlines |= postern_mask(newlines) << place;
    block->equals |= postern_mask(bytes == '=') << place;
    block->escaped |= postern_mask(controls | (bytes == '%') | (bytes == 0x7f)) << place;
    block->high |= postern_mask(high) << place;
}

struct postern_block postern_block_at(const void *start)
{
    struct postern_block block = {0, 0, 0, 0};
    postern_look(start, 0, &block);
    postern_look((const char *)start + 16, 16, &block);
    return block;
}

struct postern_block postern_short_block_at(const void *start, size_t count)
{
    char bytes[32];
    memset(bytes, 'a', sizeof bytes);
    memcpy(bytes, start, count < sizeof bytes ? count : sizeof bytes);
    return postern_block_at(bytes);
}
