// Stands in for libjbig, which Debian's libtiff names: it is under the GPL, and the worker is not.
//
// The worker never encodes, and a TIFF in JBIG, a coding of faxes, is an image that cannot be decoded.

enum { JBG_EINVAL = 4 << 4 };

void jbg_dec_init(void *state) { (void)state; }
void jbg_dec_free(void *state) { (void)state; }
int jbg_dec_in(void *state, unsigned char *data, unsigned long length, unsigned long *count) {
    (void)state, (void)data, (void)length, (void)count;
    return JBG_EINVAL;
}
unsigned char *jbg_dec_getimage(const void *state, int plane) { return (void)state, (void)plane, (unsigned char *)0; }
unsigned long jbg_dec_getsize(const void *state) { return (void)state, 0; }
int jbg_newlen(unsigned char *data, unsigned long length) { return (void)data, (void)length, JBG_EINVAL; }
void jbg_enc_init(void *state, unsigned long width, unsigned long height, int planes, unsigned char **rows, void *write, void *file) {
    (void)state, (void)width, (void)height, (void)planes, (void)rows, (void)write, (void)file;
}
void jbg_enc_out(void *state) { (void)state; }
void jbg_enc_free(void *state) { (void)state; }
const char *jbg_strerror(int error) { return (void)error, "JBIG is not in this bundle"; }
