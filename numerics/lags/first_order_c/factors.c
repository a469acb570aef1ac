/* The factors of one block of steps in double, tilted: each times a power of 2^(1/8) that belongs to
   its lane, so that products over a block stay near 1. */

enum { LARGEST_TILT = 100 };

/* Read the tilted factors of block `number`; the first block starts with factors 0 if the steps
   do not fill it, so that no product reaches across the beginning. */
static void load_block(work *job, int64_t number, factors *to)
{
    const int64_t entries = job->states * job->states;
    const int64_t blocks = (job->steps + BLOCK - 1) / BLOCK;
    const int64_t line = job->rows * entries * job->width * (job->single ? 4 : 8);
    for (int half = 0; half < EIGHTS; half++) {
        eight tilt, check = {0};
        for (int w = 0; w < 8; w++) tilt[w] = power_of_tilt(0, job->tilt[8 * half + w]);
        for (int64_t i = 0; i < BLOCK; i++) {
            const int64_t time = number * BLOCK + i - (blocks * BLOCK - job->steps);
            eight *local = (eight *)(to->local + i * entries) + half;
            eight *recurrent = (eight *)(to->recurrent + i * entries) + half;
            eight *source = (eight *)(to->source + i) + half;
            const int64_t place = time * job->rows + job->row;
            for (int64_t e = 0; e < entries; e++) {
                if (time < 0) {
                    local[e * EIGHTS] = recurrent[e * EIGHTS] = (eight){0};
                    continue;
                }
                const int64_t index = (place * entries + e) * job->width + job->first;
                eight d = load_eight(job->local, job->single, index, job->count, half);
                eight rho = load_eight(job->recurrent, job->single, index, job->count, half);
                if (half == 0 && time + BLOCK < job->steps) {
                    /* The rows of steps lie on different pages: nothing else fetches them ahead. */
                    const int64_t bytes = index * (job->single ? 4 : 8) + BLOCK * line;
                    __builtin_prefetch((const char *)job->local + bytes);
                    __builtin_prefetch((const char *)job->recurrent + bytes);
                }
                check += d * 0.0 + rho * 0.0;
                local[e * EIGHTS] = d * tilt;
                recurrent[e * EIGHTS] = rho * tilt;
            }
            if (job->source) {
                *source = (eight){0};
                if (time < 0) continue;
                const int64_t index = place * job->width + job->first;
                *source = load_eight(job->source, job->single, index, job->count, half);
                check += *source * 0.0;
            }
        }
        for (int w = 0; w < 8; w++) if (check[w] != 0) job->finite = 0;
    }
}

/* Choose the tilts: the mean of log2 of the norm of local factors (their largest sum of a row), as a
   sample of steps has it. */
static void choose_tilts(work *job)
{
    typedef int64_t bits __attribute__((vector_size(64)));
    const int64_t S = job->states, stride = 1 + job->steps / 128;
    for (int half = 0; half < EIGHTS; half++) {
        eight sum = {0}, seen = {0};
        for (int64_t time = 0; time < job->steps; time += stride) {
            eight norm = {0};
            for (int64_t a = 0; a < S; a++) {
                eight row = {0};
                for (int64_t b = 0; b < S; b++) {
                    const int64_t entry = ((time * job->rows + job->row) * S + a) * S + b;
                    const eight d = load_eight(job->local, job->single,
                                               entry * job->width + job->first, job->count, half);
                    row += (eight)((bits)d & INT64_MAX);
                }
                const bits larger = row > norm;
                norm = (eight)(((bits)row & larger) | ((bits)norm & ~larger));
            }
            /* The bits of a double as an integer are its logarithm, piecewise linear. */
            const eight logarithm = __builtin_convertvector((bits)norm, eight) * 0x1p-52 - 1023;
            const bits some = norm > 0;
            sum += (eight)((bits)logarithm & some);
            seen -= __builtin_convertvector(some, eight);
        }
        for (int w = 0; w < 8; w++) {
            double mean = seen[w] > 0 ? sum[w] / seen[w] : 0.0;
            /* Never down: then nothing is lost that is not lost without a tilt. */
            mean = mean > 0 ? 0 : mean < -LARGEST_TILT ? -LARGEST_TILT : mean;
            /* Whole binary places change no digit; float input affords the last digits of doubles. */
            const double steps = job->single ? mean * TILT_STEPS : mean;
            const int32_t nearest = (int32_t)(steps - 0.5);
            const int32_t tilt = -(job->single ? nearest : nearest * TILT_STEPS);
            job->tilt[8 * half + w] = tilt;
            for (int back = 0; back < BASE; back++)
                job->near_scale[back][8 * half + w] = power_of_tilt(0, -(int64_t)tilt * (back + 1));
        }
    }
}
