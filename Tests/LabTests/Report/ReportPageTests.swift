import Foundation
import Imaging
import TestSupport
import Testing

@testable import Lab
@testable import Worker

@Suite("The report")
struct ReportPageTests {
    private static let hostile = "<script>alert(1)</script>\" onload='x' & \u{7}</style>"

    private let folder: URL
    private var path: String { folder.appending(path: "report.html").path }

    init() throws {
        folder = try PackagePaths.scratch("report")
    }

    private static func summary(title: String = "Found") -> ReportSummary {
        ReportSummary(title: title, pipeline: "demo", elapsedSeconds: 2)
    }

    private static func image(
        _ name: String = "a.jpg",
        labels: [String] = ["moth"],
        error: String? = nil,
        hasPicture: Bool = false
    ) throws -> ReportImage {
        let boxes = labels.enumerated().map { index, label in
            ReportImage.Box(x1: 10, y1: 20, x2: 110, y2: 220.5, label: label, score: 0.876 - Double(index) / 10)
        }
        var image = ReportImage(name: name, file: "/cards/\(name)", boxes: boxes, error: error)
        if hasPicture {
            let pool = PixelBufferPool(maximumIdleBytes: 0)
            let pixels = try PixelBuffer(pool: pool, height: 300, width: 300) {
                $0.initializeMemory(as: UInt8.self, repeating: 90)
            }
            let places = boxes.map { _ in PixelRect(x: 10, y: 20, width: 100, height: 200) }
            image.pictures = FilePictures(of: pixels, boxes: places, for: .report, pool: pool)
        }
        return image
    }

    /// Writes a report, and reads its pages: the first one, those with insects, those with images.
    private func pages(of images: [ReportImage], summary: ReportSummary = summary()) throws -> [String] {
        var writer = try ReportWriter(path: path)
        for image in images { try writer.add(image) }
        #expect(try writer.write(summary) == path)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let (insects, others) = (names.filter { $0.contains("insects") }, names.filter { $0.contains("images") })
        let expected =
            insects.indices.map { "report-insects-\($0 + 1).html" }
            + others.indices.map { "report-images-\($0 + 1).html" }
        #expect(Set(names) == Set(["report.html"] + expected))
        return try (["report.html"] + expected).map { name in
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
    }

    private func count(_ part: String, in text: String) -> Int { text.components(separatedBy: part).count - 1 }

    // MARK: Counts

    @Test("Counts are of all images, on every page, and every image is on one")
    func pages() throws {
        let images = try (1...230).map { number in
            var image = try Self.image("\(number).jpg", labels: number <= 100 ? ["moth"] : ["moth", "fly"])
            image.station = number <= 100 ? "ridge" : "valley"
            image.capturedAt = CaptureTime(digits: number <= 100 ? "20220622230000" : "20220623020000")
            return image
        }
        let pages = try pages(of: images)
        #expect(pages.count == 4)
        #expect(pages.map { count("<figure ", in: $0) } == [0, 100, 100, 30])
        for page in pages {
            #expect(page.contains("<dd>230</dd><dt>images</dt>"))
            #expect(page.contains("<dd>360</dd><dt>insects found</dt>"))
            #expect(page.contains("<span class=\"name\">moth</span><b>230</b>"))
            #expect(page.contains("<span class=\"name\">fly</span><b>130</b>"))
            #expect(page.contains("<span class=\"name\">valley</span><b>260</b>"))
            #expect(page.contains("<b>100</b> insects") && page.contains("<b>260</b> insects"))
            #expect(page.contains("href=\"report.html\"") && page.contains("href=\"report-images-3.html\""))
        }
        #expect(pages[2].contains("Images 101 to 200 of 230"))
        #expect(
            pages[3].contains("id=\"i230\"") && pages[3].contains("href=\"report-images-3.html\" aria-current=\"page\"")
        )
        // The same label has the same colour on each.
        let colours = pages.map { $0.components(separatedBy: ".l1{--c:")[1].prefix { $0 != "}" } }
        #expect(Set(colours).count == 1)
    }

    @Test("The surest of the whole run come first, on the first page and on those with all insects")
    func gallery() throws {
        let picture = try Self.image(hasPicture: true).pictures
        let images = (1...1_100).map { number in
            var image = ReportImage(name: "\(number).jpg", file: "/cards/\(number).jpg", pictures: picture)
            // The last image has the surest moth.
            let label = number.isMultiple(of: 100) ? "fly" : "moth"
            image.boxes = [.init(x1: 10, y1: 20, x2: 110, y2: 220.5, label: label, score: Double(number) / 1_200)]
            return image
        }
        let pages = try pages(of: images)
        #expect(pages.count == 1 + 2 + 11)
        // 24 of the 1,089 moths, and all eleven flies.
        let order = { (page: String) in
            page.components(separatedBy: "data-image=\"").dropFirst().compactMap { Int($0.prefix { $0 != "\"" }) }
        }
        let moths = (1...1_100).reversed().filter { !$0.isMultiple(of: 100) }
        let flies = (1...11).reversed().map { $0 * 100 }
        #expect(order(pages[0]) == Array(moths.prefix(24)) + flies)
        #expect(order(pages[1]) == Array(moths.prefix(1_000)))
        #expect(order(pages[2]) == Array(moths.dropFirst(1_000)) + flies)
        #expect(pages[0].contains("The surest of each label <small>of all 1,100 images</small>"))
        #expect(pages[0].contains("href=\"report-insects-1.html#labels=0\">All 1,089, the surest first</a>"))
        #expect(!pages[0].contains("#labels=1\">All"))
        #expect(pages[2].contains("Insects 1,001 to 1,100 of 1,100") && pages[2].contains("data-first=\"1001\""))
        // Of each page the labels, and how sure its surest is.
        #expect(pages[3].contains("\"pages\":[[0,91],[0,7,1,91]]"))
    }

    @Test("An insect says what the large view needs, also where its image is on another page")
    func tile() throws {
        let page = try #require(try pages(of: [Self.image(hasPicture: true)]).first)
        #expect(
            page.contains(
                #"data-place="10 20 100 200.5" data-region="0 0 260 260" data-size="300 300" data-original="../"#
            )
        )
        #expect(page.contains(#"data-name="a.jpg" data-about="""#))
    }

    @Test("Images with an error are listed, and lead to where they stand; beyond a thousand they are counted")
    func failures() throws {
        let images = try (1...1_150).map { number in
            try Self.image("\(number).jpg", labels: [], error: number == 1 ? nil : "it is <b>")
        }
        let pages = try pages(of: images)
        let list = #"<li><a href="report-images-2.html#image=150">150.jpg</a> <span>it is &lt;b&gt;</span></li>"#
        #expect(pages[0].contains(list) && count("#image=", in: pages[0]) == 1_000)
        #expect(pages[0].contains("And 149 more, on the pages of the images."))
        #expect(!pages[1].contains("#image="))
    }

    @Test("However many pages there are, their pictures are not kept open")
    func descriptors() throws {
        var writer = try ReportWriter(path: path)
        for number in 1...1_000 { try writer.add(Self.image("\(number)")) }
        try writer.add(Self.image(hasPicture: true))
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { number in
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
        }
        #expect(open.filter { $0.hasPrefix(folder.path) } == ["\(path).insects.unfinished"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 11)
        _ = try writer.write(Self.summary())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 12)
    }

    @Test("All labels are listed, however many there are")
    func labels() throws {
        let labels = (0..<300).map { "label \($0)" }
        let page = try #require(try pages(of: [Self.image(labels: labels)]).first)
        #expect(count("class=\"row l", in: page) == 300)
        #expect(page.contains("<dd>300</dd><dt>labels</dt>"))
    }

    @Test("A run without images or findings is a page, too")
    func empty() throws {
        for images in [[], [try Self.image(labels: [])], [try Self.image(labels: [], error: "it is no image")]] {
            let page = try #require(try pages(of: images).first)
            #expect(page.contains("Nothing was found") && page.hasSuffix("</html>\n"))
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test("The counts by score that the filter reads are those of all boxes")
    func tally() throws {
        var tally = ReportTally()
        var image = try Self.image(labels: ["b", "a", "b"])
        image.boxes[2].score = nil
        image.capturedAt = CaptureTime(digits: "20220622230000")
        #expect(tally.add(image) == [0, 1, 0])
        #expect(tally.byLabel[.init(place: 0, label: 0, step: 17)] == 1)
        #expect(tally.byLabel[.init(place: 0, label: 0, step: 20)] == 1)
        #expect(tally.byHour[.init(place: 23, label: 1, step: 15)] == 1)
        #expect(tally.byStation.isEmpty && tally.timelessCount == 0)
        #expect(tally.add(try Self.image(labels: ["c", "a"])) == [2, 1])
        #expect(tally.ranking.map { tally.labels.labels[$0] } == ["a", "b", "c"])
        #expect(tally.timelessCount == 2)
    }

    // MARK: Text of others

    @Test("Nothing that a label, a name or a reason contains becomes markup")
    func hostile() throws {
        var summary = Self.summary(title: Self.hostile)
        summary.pipeline = Self.hostile
        summary.note = Self.hostile
        summary.date = Self.hostile
        summary.stages = [.init(name: Self.hostile, count: 1, p50Seconds: 1, p99Seconds: 1, totalSeconds: 1)]
        summary.settings = [.init(name: Self.hostile, value: Self.hostile)]
        summary.machine = [.init(name: Self.hostile, value: Self.hostile)]
        var image = try Self.image(Self.hostile, labels: [Self.hostile], hasPicture: true)
        image.station = Self.hostile
        let page = try #require(
            try pages(of: [image, Self.image("b", labels: [], error: Self.hostile)], summary: summary).first
        )
        // The page's own: its counts and its script.
        #expect(count("<script", in: page) == 2 && count("</script", in: page) == 2 && count("</style", in: page) == 1)
        #expect(!page.contains("\" onload") && !page.contains("' &") && !page.contains("\u{7}"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39; &amp; \u{FFFD}"))
        #expect(
            page.contains("data-original=\"")
                && page.contains("/cards/%3Cscript%3Ealert%281%29%3C/script%3E%22%20onload")
        )
    }

    @Test("The page needs nothing from elsewhere, and runs its own script alone")
    func policy() throws {
        let page = try #require(try pages(of: [Self.image(hasPicture: true)]).first)
        #expect(page.contains("src=\"data:image/jpeg;base64,/9j/"))
        let addresses = page.replacing("http://www.w3.org/", with: "")
        #expect(!addresses.contains("http://") && !addresses.contains("https://") && !page.contains("<link"))
        #expect(page.contains("content=\"default-src 'none'; script-src 'sha256-"))
        #expect(!page.contains("script-src 'unsafe-inline'") && !page.contains("onclick="))
    }

    @Test("A box is drawn where it is, and has a tile with its label and score")
    func box() throws {
        let page = try #require(try pages(of: [Self.image(hasPicture: true)]).first)
        #expect(page.contains(#"viewBox="0 0 300 300""#))
        #expect(page.contains(#"<rect x="10" y="20" width="100" height="200.5"/>"#))
        #expect(page.contains(#"alt="moth 87%, a.jpg""#))
        #expect(page.contains(#"data-image="1" data-box="0" data-label="0" data-score="87""#))
    }

    @Test("An original that a browser would turn is not laid under the boxes")
    func turned() throws {
        var image = try Self.image(hasPicture: true)
        image.orientation = 6
        #expect(try pages(of: [image])[0].contains("data-original") == false)
    }

    // MARK: Files

    @Test("Where there is a folder, or no way, a sentence says so before anything is done")
    func unwritable() throws {
        for (path, reason) in [
            ("/proc", "directory"), ("/etc/passwd/page.html", "exists"), ("/proc/page.html", "/proc/page.html"),
        ] {
            let failure = try #require(throws: CommandFailure.self) { try ReportWriter(path: path) }
            let sentence = "\(failure)".lowercased()
            #expect(
                sentence.hasPrefix(path) && sentence.contains("cannot be written: ") && sentence.contains(reason),
                "\(failure)"
            )
            #expect(!sentence.contains("error"), "\(failure)")
        }
    }

    @Test("A new folder is made, and pages have the first one's ending")
    func names() throws {
        let deep = folder.appending(path: "new/deep")
        let first = deep.appending(path: "found").path
        var writer = try ReportWriter(path: first)
        for number in 0...100 { try writer.add(Self.image("\(number)")) }
        _ = try writer.write(Self.summary())
        let names = try FileManager.default.contentsOfDirectory(atPath: deep.path)
        #expect(names.sorted() == ["found", "found-images-1", "found-images-2"])
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
