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
                let ink = 255 - Int(cmyk[pixel * 4 + channel])
                let product = ink * light + 128
                let absorbed = ((product >> 8) + product) >> 8
                pixels[pixel * 3 + channel] = UInt8(clamping: light - absorbed)
            }
        }
    }
}
