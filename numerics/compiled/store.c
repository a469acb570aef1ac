/* Writes a finished row of a matrix. A matrix larger than the caches is written past them, since
 * it would otherwise first be read and would push out what is still needed.
 */

#if defined(__clang__) && defined(__AVX512F__)
#define STREAM 64
#define stream(to, from) __builtin_nontemporal_store(from, to)
#elif defined(__AVX512F__)
#define STREAM 64
#define stream(to, from) __builtin_ia32_movntdq512(to, from)
#elif defined(__clang__) && defined(__AVX__)
#define STREAM 32
#define stream(to, from) __builtin_nontemporal_store(from, to)
#elif defined(__AVX__)
#define STREAM 32
#define stream(to, from) __builtin_ia32_movntdq256(to, from)
#endif

static inline void store_row(void *to, const void *from, long bytes, int past_caches)
{
#ifdef STREAM
    typedef long long piece __attribute__((vector_size(STREAM), may_alias));
    if (past_caches && bytes % STREAM == 0 && (uintptr_t)to % STREAM == 0) {
        for (long k = 0; k < bytes / STREAM; k++)
            stream((piece *)to + k, ((const piece *)from)[k]);
        return;
    }
#endif
    (void)past_caches;
    __builtin_memcpy(to, from, bytes);
}

/* Makes streamed rows visible before anything that follows. */
static inline void finish_rows(void)
{
#ifdef STREAM
    __builtin_ia32_sfence();
#endif
}
