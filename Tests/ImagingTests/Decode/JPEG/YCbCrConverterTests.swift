import CYCbCr
import TestSupport
import Testing

/// The two converters of rows, held against each other and against libjpeg's arithmetic.
@Suite struct YCbCrConverterTests {
    /// Planes with the bytes behind them that a converter may look at.
    private struct Picture {
        let colourWidth: Int
        let colourHeight: Int
        let luma: [UInt8]
        let blue: [UInt8]
        let red: [UInt8]

        init(colourWidth: Int, colourHeight: Int, luma: [UInt8], blue: [UInt8], red: [UInt8]) {
            let padding = [UInt8](repeating: 77, count: Int(CYCBCR_LOOKAHEAD))
            self.colourWidth = colourWidth
            self.colourHeight = colourHeight
            self.luma = luma + padding
            self.blue = blue + padding
            self.red = red + padding
        }

        /// Four bytes for each pixel of the columns.
        func pixels(_ converter: CYCbCrConverter, row: Int, columns: Range<Int>) -> [UInt8] {
            var sums = [Int16](repeating: -1, count: cycbcr_sum_count(columns.count))
            var pixels = [UInt8](repeating: 1, count: cycbcr_pixel_byte_count(columns.count))
            luma.withUnsafeBufferPointer { luma in
                blue.withUnsafeBufferPointer { blue in
                    red.withUnsafeBufferPointer { red in
                        guard let luma = luma.baseAddress, let blue = blue.baseAddress, let red = red.baseAddress else {
                            return
                        }
                        var planes = CYCbCrPlanes(
                            luma: luma,
                            blue: blue,
                            red: red,
                            colour_width: colourWidth,
                            colour_height: colourHeight
                        )
                        converter(&planes, row, columns.lowerBound, columns.count, &sums, &pixels)
                    }
                }
            }
            return Array(pixels.prefix(columns.count * 8))
        }
    }

    @Test func everyColourIsThatOfLibjpeg() {
        for (name, converter) in [("plain", cycbcr_convert_plain as CYCbCrConverter), ("best", cycbcr_converter())] {
            var mistakes = 0
            for code in 0..<65_536 {
                let (blue, red) = (code >> 8, code & 255)
                let luma = [UInt8(blue ^ red), UInt8(255 - (blue ^ red))]
                let picture = Picture(
                    colourWidth: 1,
                    colourHeight: 1,
                    luma: luma,
                    blue: [UInt8(blue)],
                    red: [UInt8(red)]
                )
                let pixels = picture.pixels(converter, row: 0, columns: 0..<1)
                // The sums of libjpeg's tables, in 65536ths.
                let (b, r) = (blue - 128, red - 128)
                let sums = [91_881 * r, -22_554 * b - 46_802 * r, 116_130 * b].map { ($0 + 32_768) >> 16 }
                for index in 0..<8 {
                    let expected = index % 4 == 3 ? 0 : UInt8(clamping: Int(luma[index / 4]) + sums[index % 4])
                    if pixels[index] != expected { mistakes += 1 }
                }
            }
            #expect(mistakes == 0, "\(name)")
        }
    }

    @Test(arguments: [1, 2, 3, 15, 16, 17, 31, 32, 33, 70])
    func theFastestGivesWhatThePlainOneGives(_ width: Int) {
        var generator = SeededGenerator(seed: UInt64(width))
        let height = 3
        func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        let picture = Picture(
            colourWidth: width,
            colourHeight: height,
            luma: noise(4 * width * height),
            blue: noise(width * height),
            red: noise(width * height)
        )
        for row in 0..<(2 * height) {
            for first in 0..<width {
                for end in [first + 1, (first + width + 1) / 2, width] where end > first {
                    let plain = picture.pixels(cycbcr_convert_plain, row: row, columns: first..<end)
                    #expect(picture.pixels(cycbcr_converter(), row: row, columns: first..<end) == plain)
                }
            }
        }
    }
}
