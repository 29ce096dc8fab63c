import Foundation
import Imaging
import Testing

@testable import Lab
@testable import Worker

@Suite struct ReportPageTests {
    private static let hostile = "<script>alert(1)</script>\" onload='x' & \u{7}"

    private static func data(label: String = "moth", images: Int = 1) -> ReportData {
        let box = ReportData.Box(x1: 10, y1: 20, x2: 110, y2: 220, label: label, score: 0.876)
        return ReportData(
            pipeline: "demo",
            elapsedSeconds: 2,
            images: (0..<images).map { ReportData.Image(name: "image \($0)", boxes: [box]) }
        )
    }

    private static func jpeg(width: Int, height: Int) throws -> [UInt8] {
        let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0) }
        return try pixels.withUnsafeBytes { try JPEGEncoder().encode($0, height: height, width: width) }
    }

    @Test func whereThereIsAFolderOrNoWayASentenceSaysSo() throws {
        for (path, reason) in [("/proc", "directory"), ("/etc/passwd/page.html", "exists")] {
            let failure = try #require(throws: CommandFailure.self) { try ReportPage(Self.data()).write(to: path) }
            let sentence = "\(failure)".lowercased()
            #expect(sentence.hasPrefix("\(path) cannot be written: ") && sentence.contains(reason), "\(failure)")
            #expect(!sentence.contains("error"), "\(failure)")
        }
    }

    @Test func nothingThatALabelOrNameContainsBecomesMarkup() throws {
        var data = Self.data(label: Self.hostile)
        data.title = Self.hostile
        data.pipeline = Self.hostile
        data.note = Self.hostile
        data.date = Self.hostile
        data.images[0].name = Self.hostile
        data.images[0].picture = try Thumbnail(
            of: Self.jpeg(width: 300, height: 300),
            pool: PixelBufferPool(maximumIdleBytes: 0)
        )
        data.images.append(ReportData.Image(name: "broken", error: Self.hostile))
        data.stages = [.init(name: Self.hostile, count: 1, p50Seconds: 1, p99Seconds: 1, totalSeconds: 1)]
        data.settings = [.init(name: Self.hostile, value: Self.hostile)]
        data.machine = [.init(name: Self.hostile, value: Self.hostile)]
        let html = ReportPage(data).html
        #expect(!html.contains("<script"))
        #expect(!html.contains("\" onload"))
        #expect(!html.contains("' &"))
        #expect(!html.contains("\u{7}"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39; &amp; \u{FFFD}"))
    }

    @Test func thePageNeedsNothingFromElsewhere() throws {
        var data = Self.data()
        data.images[0].picture = try Thumbnail(
            of: Self.jpeg(width: 300, height: 300),
            pool: PixelBufferPool(maximumIdleBytes: 0)
        )
        let html = ReportPage(data).html
        #expect(html.contains("href=\"data:image/jpeg;base64,/9j/"))
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("src="))
        // A browser that is shown it would refuse anything else.
        let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        #expect(html.contains("<meta http-equiv=\"Content-Security-Policy\" content=\"\(policy)\">"))
    }

    @Test func aBoxIsDrawnWhereItIsWithItsLabelAndScore() throws {
        var data = Self.data()
        data.images[0].picture = try Thumbnail(
            of: Self.jpeg(width: 300, height: 300),
            pool: PixelBufferPool(maximumIdleBytes: 0)
        )
        let html = ReportPage(data).html
        #expect(html.contains(#"viewBox="0 0 300 300""#))
        #expect(html.contains(#"x="10.0" y="20.0" width="100.0" height="200.0""#))
        #expect(html.contains("<title>moth 88%</title>"))
    }

    @Test func aRunWithoutImagesOrFindingsIsAPageToo() {
        let html = ReportPage(Self.data(images: 0)).html
        #expect(html.contains("Nothing was found"))
        #expect(html.contains("</html>"))
    }

    @Test func imagesLeftOutAreCounted() {
        var data = Self.data(images: 2)
        data.imageCount = 50
        let html = ReportPage(data).html
        #expect(html.contains("and 48 more images"))
        #expect(html.contains("<dd>25.0</dd><dt>images a second</dt>"))
    }

    @Test func theFileIsWrittenIntoANewFolder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID())/deep").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try ReportPage(Self.data()).write(to: "\(folder)/report.html")
        #expect(path.hasSuffix("/deep/report.html"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == ReportPage(Self.data()).html)
    }

    // MARK: Parts

    @Test func labelsAreRankedByCountThenByName() {
        let colours = LabelColours(["b", "a", "c", "c"])
        #expect(colours.ranked.map(\.label) == ["c", "a", "b"])
        #expect(colours.ranked.map(\.count) == [2, 1, 1])
        #expect(colours.colour(of: "a") != colours.colour(of: "b"))
    }

    @Test func aThumbnailAveragesSquaresAndRemembersTheFullSize() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let thumbnail = try Thumbnail(of: Self.jpeg(width: 3_201, height: 9), pool: pool)
        #expect(thumbnail.fullWidth == 3_201)
        #expect(thumbnail.fullHeight == 9)
        let small = try ImageDecoder().decode(thumbnail.jpeg, into: pool)
        #expect(small.width == 1_067)
        #expect(small.height == 3)
    }

    @Test(arguments: [1, 40, 333])
    func aThumbnailIsTheSameHoweverThePixelsLie(widthLimit: Int) throws {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let planes = try ImageDecoder().decode(Self.jpeg(width: 333, height: 77), into: pool)
        let rgb = try PixelBuffer(pool: pool, height: 77, width: 333) { bytes in
            planes.withRGB { bytes.copyMemory(from: $0) }
        }
        #expect(planes.layout != rgb.layout)
        let thumbnail = try Thumbnail(of: planes, widthLimit: widthLimit, pool: pool)
        #expect(try Thumbnail(of: rgb, widthLimit: widthLimit, pool: pool).jpeg == thumbnail.jpeg)
    }

    @Test func whatIsNoImageHasNoThumbnail() {
        #expect(throws: ImagingError.self) {
            try Thumbnail(of: Array("<html>".utf8), pool: PixelBufferPool(maximumIdleBytes: 0))
        }
    }

    @Test(arguments: [
        (0.000_004_2, "0.00 ms"), (0.000_42, "0.42 ms"), (0.0173, "17.3 ms"), (0.42, "420 ms"), (2.514, "2.51 s"),
        (72.3, "72.3 s"), (200, "3 min 20 s"),
    ])
    func durationsAreReadable(seconds: Double, text: String) {
        #expect(NumberText.duration(seconds) == text)
    }

    @Test(arguments: [(1.05, 1, "1.1"), (-0.04, 2, "-0.04"), (3, 0, "3"), (0.999, 2, "1.00"), (1e300, 1, "1e+300")])
    func numbersHaveTheirDigits(value: Double, digits: Int, text: String) {
        #expect(NumberText.fixed(value, digits: digits) == text)
    }
}
