/* First-order rates of every anchor at every lag, by midpoint splitting of dual numbers.

   The product of lag l that ends at anchor t is cut at a block boundary m <= t: U holds the factors
   newer than m and V the older ones. With U = (G, C) and V = (G', C') as dual numbers

       mu = (G + C) G' + G C',

   so row `new` of U and column `previous` of V are two short lists of features, computed once for
   each anchor and once for each source, and every pair costs one product for each feature that is
   not zero throughout, an absolute value and a sum: no division, no chain of dependent operations.
   Blocks are computed in double. A lane is one neuron of one sequence; the sums of a lag stay in
   their lanes until a tile is done and are then added in double.

   For float input the pairs are computed in float. All factors of a lane are multiplied by a power
   of two^(1/8), its tilt, so that products over a block stay near 1, and a product of l factors is
   divided by the l-th power of the tilt when it is added. Where a block leaves the middle of the
   range of floats all the same, it is scaled lane by lane to largest value 1; where its own values
   lie too far apart for that, its pairs are computed in double, and where they lie too far apart
   for doubles, the recurrence is run for every anchor of these lanes.

   Here is what one call works on, and where all of it lies in one piece of memory. */

enum { BLOCK = 64, BASE = 8, MOST_FEATURES = 2 * MOST_STATES };
/* Values of a block within 2^±SPAN need no scale. Three such factors stay normal floats, and what is
   lost of a sum of their products is below 2^-24 of it. */
enum { FLOAT_SPAN = 33, DOUBLE_SPAN = 66 };
/* Sums of a tile are lowered by 2^LIFT and their scales lifted, which would else be 0 too early. */
enum { LIFT = 140 };

/* Whether products of three values, each divided by the largest of its kind, can be held. */
typedef enum { BY_NONE, BY_DOUBLE, BY_FLOAT } held;

/* What was multiplied out of the features of one side of a tile: 2^exponent; by what the rest can be
   held; and which features, by bit, are not zero throughout. */
typedef struct {
    int32_t exponent[WIDTH];
    held held;
    unsigned nonzero;
} side;

/* What is kept of a block of sources beside its features. */
typedef struct {
    lanes product[2 * MOST_STATES * MOST_STATES];
    int32_t product_exponent[WIDTH];
    side columns;
} block;

/* The factors of one block of steps, and the factor at their sources. */
typedef struct {
    lanes *local, *recurrent, *source;
} factors;

typedef struct {
    const void *local, *recurrent, *source;
    int64_t single, steps, rows, width, states, new, previous, max_lag, kinds;
    int64_t row, first, count;   /* the lanes in work: neurons first … of sequence row */
    int32_t tilt[WIDTH];              /* in steps of 1 / TILT_STEPS of a binary place */
    double near_scale[BASE][WIDTH];   /* what undoes the tilt at lags 1 … BASE */
    int finite, too_wide;             /* too_wide: blocks were met that are held by none */
    /* All memory beyond the arguments and results, laid out by `lay_out`. */
    factors near, far;           /* the newer block in work, and an older one read again */
    lanes *raw;                  /* features before they are scaled */
    void *newer, *newer_again, *older;   /* features of the sides in work */
    void *carried, *dense[2];    /* rows carried across blocks; features that are not zero */
    void *tile_sums[2];
    block *blocks;               /* the blocks of sources within reach, and their features */
    char *kept_columns;
    double *sums[4];             /* |mu|, mu, |G|, G: max_lag × WIDTH each */
} work;

static int64_t kept_blocks(int64_t steps, int64_t max_lag)
{
    const int64_t all = (steps + BLOCK - 1) / BLOCK, reached = (max_lag + BLOCK - 2) / BLOCK + 1;
    return all < reached ? all : reached;
}

/* The bytes of the features of one block of sources. */
static int64_t column_bytes(const work *job)
{
    return BLOCK * 2 * job->states * WIDTH * (job->single ? sizeof(float) : sizeof(double));
}

static void *take(char *memory, int64_t *used, int64_t bytes)
{
    void *place = memory ? memory + *used : 0;
    *used += (bytes + 127) / 128 * 128;
    return place;
}

/* Put everything the job needs into one piece of memory; without one, only count. */
static int64_t lay_out(work *job, char *memory)
{
    const int64_t entries = BLOCK * job->states * job->states * sizeof(lanes);
    const int64_t features = BLOCK * 2 * job->states * sizeof(lanes);
    const int64_t kept = kept_blocks(job->steps, job->max_lag);
    int64_t used = 0;
    factors *both[2] = {&job->near, &job->far};
    for (int i = 0; i < 2; i++) {
        both[i]->local = take(memory, &used, entries);
        both[i]->recurrent = take(memory, &used, entries);
        both[i]->source = take(memory, &used, BLOCK * sizeof(lanes));
    }
    job->raw = take(memory, &used, features);
    job->newer = take(memory, &used, features);
    job->newer_again = take(memory, &used, features);
    job->older = take(memory, &used, features);
    job->carried = take(memory, &used, features);
    for (int i = 0; i < 2; i++) {
        job->dense[i] = take(memory, &used, features);
        job->tile_sums[i] =
            take(memory, &used, i && job->kinds == 1 ? 0 : 2 * BLOCK * sizeof(lanes));
    }
    job->blocks = take(memory, &used, kept * sizeof(block));
    job->kept_columns = take(memory, &used, kept * column_bytes(job));
    for (int64_t kind = 0; kind < job->kinds; kind++)
        job->sums[kind] = take(memory, &used, job->max_lag * sizeof(lanes));
    return used;
}
