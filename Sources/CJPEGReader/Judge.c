// Which of libjpeg's messages mean that pixels are wrong.

#include <string.h>

#include <jerror.h>

#include "Session.h"

static void describe(j_common_ptr info, JPEGReaderReport *report, JPEGReaderEnd end) {
    Session *session = info->client_data;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    report->end = end;
    report->code = info->err->msg_code;
    report->is_cut = session->end_was_added;
    snprintf(report->message, sizeof report->message, "%s", text);
}

_Noreturn void give_up(Session *session, JPEGReaderEnd end) {
    session->report.end = end;
    longjmp(session->failure, 1);
}

_Noreturn static void fail(j_common_ptr info) {
    Session *session = info->client_data;
    int code = info->err->msg_code;
    describe(info, &session->report, JPEG_READER_FAILED);
    if (code == JERR_NO_BACKING_STORE) {
        // Beyond its limit the memory manager wants to swap to a file, and has none.
        snprintf(session->report.message, sizeof session->report.message, "it takes more memory than its header tells");
    }
    give_up(session, code == JERR_OUT_OF_MEMORY ? JPEG_READER_OUT_OF_MEMORY : JPEG_READER_FAILED);
}

/// Whether a warning is about what stands around the picture's data, so that no pixel depends on it.
static bool is_harmless(int warning) {
    switch (warning) {
    case JWRN_JFIF_MAJOR:
    // YCbCr or YCCK is taken, as every reader does.
    case JWRN_ADOBE_XFORM:
    // Numbers in the scan's header that a sequential scan has no use for.
    case JWRN_NOT_SEQUENTIAL:
        return true;
    default:
        return false;
    }
}

/// Whether the bytes that were just skipped are zeros: what cameras fill up with, and hardly what is left of a picture.
static bool is_filling(j_common_ptr info) {
    const Session *session = info->client_data;
    const JOCTET *end = ((j_decompress_ptr)info)->src->next_input_byte, *start = session->request->bytes;
    size_t count = (size_t)info->err->msg_parm.i[0];
    // Once an end was added, `end` is not in the file; no scan can follow, and nobody asks.
    if (session->end_was_added || (size_t)(end - start) < count) return false;
    for (const JOCTET *byte = end - count; byte < end; byte++) {
        if (*byte != 0) return false;
    }
    return true;
}

/// libjpeg calls this for warnings (a negative level) and for what it comes across.
static void hear(j_common_ptr info, int level) {
    Session *session = info->client_data;
    int code = info->err->msg_code;
    if (code == JWRN_EXTRANEOUS_DATA) {
        // Superfluous bytes. Before a restart marker they should have become pixels; the next warning says which marker it is. Between
        // two scans they may be what is left of the first after the decoder lost its way. Elsewhere they are harmless.
        describe(info, &session->skipped, JPEG_READER_DAMAGED);
        session->has_skipped = true;
        session->has_leftovers = session->has_leftovers || (session->components_seen != 0 && !is_filling(info));
        return;
    }
    if (level < 0 && !is_harmless(code) && !session->is_damaged) {
        describe(info, &session->report, JPEG_READER_DAMAGED);
        session->is_damaged = true;
    } else if (code == JTRC_RST && session->has_skipped && !session->is_damaged) {
        session->report = session->skipped;
        session->is_damaged = true;
    }
    session->has_skipped = false;
}

static void stay_silent(j_common_ptr info) { (void)info; }

void install_judge(Session *session) {
    session->info.err = jpeg_std_error(&session->errors);
    session->errors.error_exit = fail;
    session->errors.emit_message = hear;
    session->errors.output_message = stay_silent;
}
