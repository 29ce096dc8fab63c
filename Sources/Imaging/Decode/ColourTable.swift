/// The colours of an image whose pixels are numbers; numbers without a colour are black.
struct ColourTable: Equatable {
    private(set) var colours: [UInt32]

    /// As many greys as there are numbers: what a GIF without a palette has.
    static let greys = ColourTable(colours: (0..<256).map { UInt32($0) * 0x01_01_01 })

    /// Reads colours that lie one after the other.
    ///
    /// - Parameters:
    ///   - bytes: Those of the table; a colour that is cut off is left out.
    ///   - stride: Bytes from one colour to the next.
    ///   - order: Where in a colour red, green and blue are.
    init(_ bytes: Slice<UnsafeRawBufferPointer>, stride: Int, order: (red: Int, green: Int, blue: Int)) {
        colours = [UInt32](repeating: 0, count: 256)
        for index in 0..<min(256, bytes.count / stride) {
            let start = bytes.startIndex + index * stride
            colours[index] =
                UInt32(bytes[start + order.red]) | UInt32(bytes[start + order.green]) << 8
                | UInt32(bytes[start + order.blue]) << 16
        }
    }

    private init(colours: [UInt32]) {
        self.colours = colours
    }

    /// Writes the colour of `number` as a pixel's three bytes.
    func write(_ number: UInt8, to pixels: UnsafeMutableRawBufferPointer, at offset: Int) {
        let colour = colours[Int(number)]
        pixels[offset] = UInt8(truncatingIfNeeded: colour)
        pixels[offset + 1] = UInt8(truncatingIfNeeded: colour >> 8)
        pixels[offset + 2] = UInt8(truncatingIfNeeded: colour >> 16)
    }
}
