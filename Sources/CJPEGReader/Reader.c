// From the first marker to the last row.

#include <string.h>
#include <time.h>

#include "Session.h"

/// Rows that libjpeg is asked for in one call.
#define ROWS 16

int64_t processor_time(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void check_time(Session *session) {
    if (processor_time() > session->deadline) give_up(session, JPEG_READER_OUT_OF_TIME);
}

static void refuse(Session *session, const char *reason) {
    snprintf(session->report.message, sizeof session->report.message, "%s", reason);
    give_up(session, JPEG_READER_FAILED);
}

static bool is_ycbcr420(const struct jpeg_decompress_struct *info) {
    if (info->num_components != 3 || info->jpeg_color_space != JCS_YCbCr) return false;
    for (int index = 0; index < 3; index++) {
        int factor = index == 0 ? 2 : 1;
        const jpeg_component_info *component = &info->comp_info[index];
        if (component->h_samp_factor != factor || component->v_samp_factor != factor) return false;
    }
    return true;
}

/// Agrees with the caller on what the pixels will be; what they lie in was made for that.
static void choose_output(Session *session) {
    struct jpeg_decompress_struct *info = &session->info;
    const JPEGReaderRequest *request = session->request;
    bool fits = info->image_width == request->width && info->image_height == request->height;
    bool is_four = info->num_components == 4;
    switch (request->output) {
    case JPEG_READER_RGB:
        info->out_color_space = JCS_RGB;
        fits = fits && !is_four;
        break;
    case JPEG_READER_CMYK:
        info->out_color_space = JCS_CMYK;
        fits = fits && is_four;
        break;
    case JPEG_READER_PLANES420:
        info->raw_data_out = TRUE;
        fits = fits && is_ycbcr420(info);
        break;
    }
    if (!fits) refuse(session, "the header can be read in two ways");
}

/// Notes that a part of the picture never came, which libjpeg does not say.
static void miss(Session *session, const char *what) {
    session->is_damaged = true;
    session->report.end = JPEG_READER_DAMAGED;
    session->report.is_cut = true;
    snprintf(session->report.message, sizeof session->report.message, "%s", what);
}

static void note_scan(Session *session) {
    for (int index = 0; index < session->info.comps_in_scan; index++) {
        session->components_seen |= 1u << session->info.cur_comp_info[index]->component_index;
    }
}

/// Whether the scans that came hold all there is to know of a picture, by the rules of a progressive file or another.
static bool has_everything(const Session *session) {
    const struct jpeg_decompress_struct *info = &session->info;
    if (session->components_seen != (1u << info->num_components) - 1) return false;
    if (!session->end_was_added || info->coef_bits == NULL) return true;
    // An end marker is the encoder's word that this was the last scan. Without one, a bit that is missing was still to come.
    for (int component = 0; component < info->num_components; component++) {
        for (int coefficient = 0; coefficient < DCTSIZE2; coefficient++) {
            if (info->coef_bits[component][coefficient] != 0) return false;
        }
    }
    return true;
}

/// Reads the coefficients of all scans.
static void read_scans(Session *session) {
    struct jpeg_decompress_struct *info = &session->info;
    int status = JPEG_REACHED_SOS;
    while (status != JPEG_REACHED_EOI) {
        check_time(session);
        if (status == JPEG_REACHED_SOS) {
            if (info->input_scan_number > session->request->scan_limit) give_up(session, JPEG_READER_TOO_MANY_SCANS);
            note_scan(session);
            if (session->has_leftovers && !session->is_damaged) {
                session->report = session->skipped;
                session->is_damaged = true;
            }
        }
        status = jpeg_consume_input(info);
        if (status == JPEG_SCAN_COMPLETED && !session->end_was_added) {
            // Looking for bits, libjpeg may have gone over the marker behind them.
            size_t end = (size_t)(info->src->next_input_byte - session->request->bytes);
            session->scans_end = info->unread_marker == 0 ? end : end - 2;
        }
    }
    if (!session->is_damaged && !has_everything(session)) miss(session, "scans are missing");
}

static void read_rows(Session *session, uint8_t *pixels) {
    struct jpeg_decompress_struct *info = &session->info;
    size_t pitch = (size_t)info->output_width * (size_t)info->output_components;
    for (unsigned calls = 0; info->output_scanline < info->output_height; calls++) {
        if (calls % ROWS == 0) check_time(session);
        JSAMPROW rows[ROWS];
        JDIMENSION left = info->output_height - info->output_scanline;
        JDIMENSION count = left < ROWS ? left : ROWS;
        for (JDIMENSION row = 0; row < count; row++) rows[row] = pixels + (info->output_scanline + row) * pitch;
        jpeg_read_scanlines(info, rows, count);
    }
}

/// A component's place in memory.
typedef struct Plane {
    uint8_t *bytes;
    size_t width;
    size_t height;
    /// Where libjpeg writes rows that do not fit the plane, with the rest of their last block.
    JSAMPARRAY spare;
} Plane;

/// Points libjpeg at the rows from `first` on; whether it writes where they belong.
static bool aim(const Plane *plane, size_t written, size_t first, size_t count, JSAMPROW *rows) {
    bool fits = written == plane->width && first + count <= plane->height;
    for (size_t row = 0; row < count; row++) {
        rows[row] = fits ? plane->bytes + (first + row) * plane->width : plane->spare[row];
    }
    return fits;
}

static void read_planes(Session *session, uint8_t *pixels) {
    struct jpeg_decompress_struct *info = &session->info;
    size_t columns = ((size_t)info->output_width + 1) / 2, lines = ((size_t)info->output_height + 1) / 2;
    uint8_t *blue = pixels + 4 * columns * lines;
    Plane planes[3] = {
        {pixels, 2 * columns, 2 * lines, NULL},
        {blue, columns, lines, NULL},
        {blue + columns * lines, columns, lines, NULL},
    };
    size_t written[3];
    for (int index = 0; index < 3; index++) {
        written[index] = (size_t)info->comp_info[index].width_in_blocks * DCTSIZE;
        planes[index].spare = info->mem->alloc_sarray(
            (j_common_ptr)info, JPOOL_IMAGE, (JDIMENSION)written[index], index == 0 ? 2 * DCTSIZE : DCTSIZE);
    }
    JSAMPROW rows[3][2 * DCTSIZE];
    JSAMPARRAY image[3] = {rows[0], rows[1], rows[2]};
    while (info->output_scanline < info->output_height) {
        check_time(session);
        size_t strip = info->output_scanline / (2 * DCTSIZE);
        bool fits[3];
        for (int index = 0; index < 3; index++) {
            size_t count = index == 0 ? 2 * DCTSIZE : DCTSIZE;
            fits[index] = aim(&planes[index], written[index], strip * count, count, rows[index]);
        }
        jpeg_read_raw_data(info, image, 2 * DCTSIZE);
        for (int index = 0; index < 3; index++) {
            size_t count = index == 0 ? 2 * DCTSIZE : DCTSIZE, first = strip * count;
            const Plane *plane = &planes[index];
            for (size_t row = 0; !fits[index] && row < count && first + row < plane->height; row++) {
                memcpy(plane->bytes + (first + row) * plane->width, plane->spare[row], plane->width);
            }
        }
    }
}

static void read_picture(Session *session, uint8_t *pixels) {
    struct jpeg_decompress_struct *info = &session->info;
    jpeg_create_decompress(info);
    info->mem->max_memory_to_use = (long)session->request->memory_limit;
    install_source(session);
    jpeg_read_header(info, TRUE);
    choose_output(session);
    bool has_scans = jpeg_has_multiple_scans(info);
    // So that the loop over the scans is ours, and stops when it has gone on for too long.
    info->buffered_image = has_scans;
    jpeg_start_decompress(info);
    if (has_scans) {
        read_scans(session);
        jpeg_start_output(info, info->input_scan_number);
    }
    // What follows the last row of a file of one scan is never looked at: no pixel can depend on it.
    info->raw_data_out ? read_planes(session, pixels) : read_rows(session, pixels);
    // An arithmetic decoder makes zeros of bytes that it misses, as encoders may leave those at the end out. So it does not
    // notice a file that was cut off.
    if (info->arith_code && session->end_was_added && !session->is_damaged) miss(session, "the end is missing");
}

/// Reads as much as `count` bytes hold.
static JPEGReaderReport attempt(Session *session, size_t count, uint8_t *pixels) {
    session->count = count;
    session->info.client_data = session;
    install_judge(session);
    if (setjmp(session->failure) == 0) read_picture(session, pixels);
    jpeg_destroy_decompress(&session->info);
    return session->report;
}

JPEGReaderReport jpeg_reader_read(const JPEGReaderRequest *request, uint8_t *pixels) {
    int64_t deadline = processor_time() + request->time_limit;
    Session session = {.request = request, .deadline = deadline};
    JPEGReaderReport report = attempt(&session, request->count, pixels);
    size_t scans_end = session.scans_end;
    if (report.end != JPEG_READER_FAILED || scans_end == 0) return report;
    // What follows a complete scan could not be read: another scan, or the trailer of a recorder.
    Session again = {.request = request, .deadline = deadline};
    JPEGReaderReport shorter = attempt(&again, scans_end, pixels);
    if (shorter.end != JPEG_READER_DAMAGED) return shorter;
    report.end = JPEG_READER_DAMAGED;
    return report;
}
