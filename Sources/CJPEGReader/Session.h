// One attempt to read one file.
#pragma once

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include "CJPEGReader.h"

typedef struct Session {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    jmp_buf failure;
    const JPEGReaderRequest *request;
    /// Where the bytes end for this attempt.
    size_t count;
    /// Whether libjpeg was given an end marker that is not in the file.
    bool end_was_added;
    /// The first thing that is really wrong.
    bool is_damaged;
    JPEGReaderReport report;
    /// Bytes were skipped before a marker, and what the marker is has not been said yet.
    bool has_skipped;
    JPEGReaderReport skipped;
    /// Some of them were skipped behind a scan, and are no filling.
    bool has_leftovers;
    /// A bit for each component that a scan has brought.
    unsigned components_seen;
    /// Where the data of the last complete scan ends; 0 while there is none.
    size_t scans_end;
    /// This thread's processor time when it must be over.
    int64_t deadline;
} Session;

/// Nanoseconds of this thread's processor time.
int64_t processor_time(void);

/// Ends the attempt by `longjmp`.
_Noreturn void give_up(Session *session, JPEGReaderEnd end);

/// Has libjpeg report to the session, and read from its bytes.
void install_judge(Session *session);
void install_source(Session *session);
