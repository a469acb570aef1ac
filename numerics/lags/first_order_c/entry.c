/* What is called from outside: the memory a call takes, and the sums of all lanes. */

int64_t first_order_workspace(int64_t single, int64_t steps, int64_t states, int64_t max_lag,
                              int64_t kinds)
{
    work job = {.single = single, .steps = steps, .states = states, .max_lag = max_lag,
                .kinds = kinds};
    return lay_out(&job, 0);
}

/* How many groups of lanes there are, which need nothing from each other. */
int64_t first_order_groups(int64_t rows, int64_t width)
{
    return rows * ((width + WIDTH - 1) / WIDTH);
}

/* Of the groups of lanes begin … end − 1, add the sums over anchors and sequences to `out`:
   (max_lag) of |mu| over all neurons for one kind; (4, max_lag, neurons) of |mu|, mu, |G|, G for
   four. Without blocks (states 1) all sequences may be given as one of width sequences × neurons.
   Return 0; 1 if a factor is not finite; 2 without memory. */
int64_t first_order(const void *local, const void *recurrent, const void *source, int64_t single,
                    int64_t steps, int64_t rows, int64_t width, int64_t states, int64_t new,
                    int64_t previous, int64_t max_lag, int64_t kinds, int64_t neurons, int64_t begin,
                    int64_t end, double *out)
{
    work job = {local, recurrent, source, single, steps, rows, width, states, new, previous,
                max_lag, kinds};
    void *memory;
    if (posix_memalign(&memory, 128, (size_t)lay_out(&job, 0))) return 2;
    lay_out(&job, memory);
    job.finite = 1;
#if defined(__SSE__)
    /* Products that decay below the smallest normal number become 0: as denormal numbers they
       would be many times slower. Denormal arguments keep their value. */
    const unsigned control = _mm_getcsr();
    _mm_setcsr(control | 0x8000);
#endif
    const int64_t across = (width + WIDTH - 1) / WIDTH;
    for (int64_t group = begin; group < end && job.finite; group++) {
        job.row = group / across;
        job.first = group % across * WIDTH;
        job.count = width - job.first < WIDTH ? width - job.first : WIDTH;
        /* The sums of all kinds lie one after the other. */
        memset(job.sums[0], 0, kinds * max_lag * sizeof(lanes));
        job.too_wide = 0;
        add_lanes(&job);
        if (job.too_wide) {
            memset(job.sums[0], 0, kinds * max_lag * sizeof(lanes));
            add_lanes_plainly(&job);
        }
        for (int64_t lag = 0; lag < kinds * max_lag; lag++)
            for (int64_t w = 0; w < job.count; w++)
                out[kinds == 1 ? lag : lag * neurons + (job.first + w) % neurons] +=
                    job.sums[0][lag * WIDTH + w];
    }
#if defined(__SSE__)
    _mm_setcsr(control);
#endif
    free(memory);
    return !job.finite;
}
