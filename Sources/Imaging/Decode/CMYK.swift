/// CMYK samples as Adobe writes them into JPEGs: inverted, 255 for no ink.
enum CMYK {
    /// Converts 4-byte inverted CMYK pixels into 3-byte RGB as Pillow does: no colour profile, each ink taken from what
    /// black leaves, divided by 255 with rounding.
    static func convertInverted(_ cmyk: UnsafeRawBufferPointer, toRGB pixels: UnsafeMutableRawBufferPointer) {
        let count = min(cmyk.count / 4, pixels.count / 3)
        for pixel in 0..<count {
            // Inverted black is the light that black lets through.
            let light = Int(cmyk[pixel * 4 + 3])
            for channel in 0..<3 {
                pixels[pixel * 3 + channel] = level(ink: 255 - Int(cmyk[pixel * 4 + channel]), light: light)
            }
        }
    }

    /// The part that an ink leaves of the light that black lets through.
    static func level(ink: Int, light: Int) -> UInt8 {
        let product = ink * light + 128
        let absorbed = ((product >> 8) + product) >> 8
        return UInt8(clamping: light - absorbed)
    }
}
