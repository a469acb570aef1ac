/* The walk over one sequence: within a block, halves of halves; from each block back over the older
   ones, whose features are kept, as far as lags reach. Pairs are computed in the type of the input,
   in double where that cannot hold them. */

/* All pairs of two neighbouring parts of one block. */
static void add_neighbours(work *job, int from, int size)
{
    side newer, older;
    if (job->single) {
        prepare_float(0, job, &job->near, from + size, from + 2 * size, job->newer, &newer, 0);
        prepare_float(1, job, &job->near, from, from + size, job->older, &older, 0);
        if (newer.held == BY_FLOAT && older.held == BY_FLOAT) {
            add_pairs_float(job, job->newer, &newer, 0, job->older, &older, size, 2);
            return;
        }
    }
    prepare_double(0, job, &job->near, from + size, from + 2 * size, job->newer, &newer, 0);
    prepare_double(1, job, &job->near, from, from + size, job->older, &older, 0);
    add_pairs_double(job, job->newer, &newer, 0, job->older, &older, size, 2);
}

/* All pairs of the block in work and block j in double, where floats cannot hold them. */
static void add_pairs_again(work *job, const between *middle, int64_t j, int64_t first_lag)
{
    side newer, older;
    load_block(job, j, &job->far);
    prepare_double(0, job, &job->near, 0, BLOCK, job->newer_again, &newer, 0);
    prepare_double(1, job, &job->far, 0, BLOCK, job->older, &older, 0);
    add_pairs_double(job, job->newer_again, &newer, middle, job->older, &older, BLOCK, first_lag);
}

/* All lags of the lanes in work. */
static void add_lanes(work *job)
{
    const int64_t number = (job->steps + BLOCK - 1) / BLOCK, S = job->states;
    const int64_t kept = kept_blocks(job->steps, job->max_lag);
    const int64_t bytes = column_bytes(job);
    choose_tilts(job);
    for (int64_t i = 0; i < number; i++) {
        load_block(job, i, &job->near);
        for (int from = 0; from < BLOCK; from += BASE) add_near_lags(job, &job->near, from);
        for (int size = BASE; size < BLOCK && job->max_lag > 1; size *= 2)
            for (int from = 0; from < BLOCK; from += 2 * size) add_neighbours(job, from, size);
        if (job->too_wide) return;
        if (kept == 1) continue;

        side newer;
        between middle, whole;
        if (i && job->single)
            prepare_float(0, job, &job->near, 0, BLOCK, job->newer, &newer, 0);
        else if (i)
            prepare_double(0, job, &job->near, 0, BLOCK, job->newer, &newer, 0);
        for (int64_t j = i - 1; j >= 0; j--) {
            const int64_t first_lag = (i - j - 1) * BLOCK + 2;
            if (first_lag > job->max_lag) break;
            const block *old = job->blocks + j % kept;
            const void *columns = job->kept_columns + j % kept * bytes;
            const between *reach = j == i - 1 ? 0 : &middle;
            if (reach && middle.empty) break;
            job->too_wide |= reach && middle.held == BY_NONE;
            if (job->too_wide) return;
            if (!job->single)
                add_pairs_double(job, job->newer, &newer, reach, columns, &old->columns, BLOCK,
                                 first_lag);
            else if (newer.held == BY_FLOAT && old->columns.held == BY_FLOAT
                     && (!reach || middle.held == BY_FLOAT))
                add_pairs_float(job, job->newer, &newer, reach, columns, &old->columns, BLOCK,
                                first_lag);
            else
                add_pairs_again(job, reach, j, first_lag);
            if (!reach) {
                memcpy(middle.value, old->product, 2 * S * S * sizeof(lanes));
                memcpy(middle.exponent, old->product_exponent, sizeof middle.exponent);
                scale_between(S, &middle);
            } else
                extend_between(S, &middle, old);
        }
        block *this = job->blocks + i % kept;
        void *columns = job->kept_columns + i % kept * bytes;
        memset(whole.exponent, 0, sizeof whole.exponent);
        if (job->single)
            prepare_float(1, job, &job->near, 0, BLOCK, columns, &this->columns, whole.value);
        else
            prepare_double(1, job, &job->near, 0, BLOCK, columns, &this->columns, whole.value);
        scale_between(S, &whole);
        memcpy(this->product, whole.value, 2 * S * S * sizeof(lanes));
        memcpy(this->product_exponent, whole.exponent, sizeof whole.exponent);
    }
}
