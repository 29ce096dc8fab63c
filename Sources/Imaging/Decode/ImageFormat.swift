/// The image formats that are read.
package enum ImageFormat: String, Sendable {
    /// JPEG: baseline or progressive, 8 bits a sample.
    case jpeg = "JPEG"
    /// PNG: every colour type and depth.
    case png = "PNG"
    /// WebP: lossy or lossless; of a moving one the first picture.
    case webp = "WebP"
    /// TIFF: grey, palette, RGB, CMYK of up to 8 bits, grey and RGB of 16; the first page.
    case tiff = "TIFF"
    /// Windows bitmap: numbers of colours, runs of them, or colours of 16 to 32 bits.
    case bmp = "BMP"
    /// GIF: the first picture.
    case gif = "GIF"
}
