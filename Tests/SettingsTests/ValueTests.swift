import Pipeline
import Testing

@testable import Settings

@Suite("Values and their units")
struct ValueTests {
    @Test(
        "bytes",
        arguments: [
            ("64MiB", 67_108_864), ("64 mib", 67_108_864), ("1.5GiB", 1_610_612_736), ("2kB", 2_000), ("4096", 4_096),
            ("1_024B", 1_024),
        ]
    )
    func bytes(text: String, value: Int) throws {
        #expect(try ImageSettings().maxBytes.kind.parse(text) == value)
    }

    @Test("pixels", arguments: [("200MP", 200_000_000), ("0.5MP", 500_000), ("123456", 123_456)])
    func pixels(text: String, value: Int) throws {
        #expect(try ImageSettings().maxPixels.kind.parse(text) == value)
    }

    @Test(
        "times",
        arguments: [("30s", 30_000), ("90", 90_000), ("1.5min", 90_000), ("1h", 3_600_000), ("0", 0), ("250ms", 250)]
    )
    func times(text: String, milliseconds: Int) throws {
        #expect(try ShutdownSettings().grace.kind.parse(text) == .milliseconds(milliseconds))
    }

    @Test("a plain time is in the unit of its setting")
    func plainTime() throws {
        #expect(try BatchSettings().linger.kind.parse("250") == .milliseconds(250))
        #expect(try ImageSettings().totalTimeout.kind.parse("250") == .seconds(250))
    }

    @Test(
        "what cannot be a value is refused",
        arguments: [
            "", " ", "x", "1x", "MiB", "-1", "1e400", "nan", "inf", "9999999999999999999", "1..5MiB", "--5", "0x10",
            "٣MiB",
        ]
    )
    func refused(text: String) {
        #expect(ImageSettings().maxBytes.mistake(in: text) != nil)
        #expect(ShutdownSettings().grace.mistake(in: text) != nil)
        #expect(AntennaSettings().batchSize.mistake(in: text) != nil)
    }

    @Test("which scores are sent")
    func scores() throws {
        let kind = ResultSettings().scores.kind
        #expect(try kind.parse("all") == .all)
        #expect(try kind.parse(" TOP:10 ") == .top(10))
        #expect(kind.show(.top(3)) == "top:3" && kind.show(.all) == "all")
        for text in ["", "top", "top:", "top:0", "top:-1", "top:x", "10", "all:1", "top:1:2"] {
            #expect(ResultSettings().scores.mistake(in: text) != nil, "\(text)")
        }
    }

    @Test("bounds are named")
    func bounds() {
        #expect(AntennaSettings().batchSize.mistake(in: "0") == "\"0\" is less than 1")
        #expect(AntennaSettings().lease.mistake(in: "2d") == "\"2d\" has an unknown unit; there are ms, s, min, h")
        #expect(AntennaSettings().lease.mistake(in: "25h") == "\"25h\" is more than 24h")
        #expect(ImageSettings().maxBytes.mistake(in: "1B") == "\"1B\" is less than 1KiB")
    }

    @Test("yes, no, words and lists")
    func words() throws {
        for text in ["true", "YES", "on", "1"] { #expect(try ImageSettings().allowPrivate.kind.parse(text)) }
        for text in ["false", "No", "off", "0"] { #expect(try !ImageSettings().allowPrivate.kind.parse(text)) }
        #expect(ImageSettings().allowPrivate.mistake(in: "maybe") != nil)
        #expect(try LogSettings().level.kind.parse("Debug") == .debug)
        #expect(try WorkSettings().pipelines.kind.parse("a, b_2,c-3") == ["a", "b_2", "c-3"])
        #expect(WorkSettings().pipelines.mistake(in: "a,,b") != nil)
        #expect(WorkSettings().pipelines.mistake(in: "../etc") != nil)
    }

    @Test("every default can be read, and is shown as it would be written")
    func defaults() {
        for setting in Catalogue.all where !setting.defaultText.isEmpty {
            #expect(setting.shown(setting.defaultText) == setting.defaultText, "\(setting.key)")
        }
    }

    @Test("no key, flag or variable is declared twice")
    func unique() {
        let keys = Catalogue.all.map(\.key)
        let flags = Catalogue.all.map(\.flag)
        let variables = Catalogue.all.flatMap(\.variables)
        #expect(Set(keys).count == keys.count)
        #expect(Set(flags).count == flags.count)
        #expect(Set(variables).count == variables.count)
    }

    @Test("spelling suggests only what is near")
    func spelling() {
        #expect(Spelling.distance("kitten", "sitting") == 3)
        #expect(Spelling.nearest(to: "bach_size", among: ["batch_size", "lease"]) == "batch_size")
        #expect(Spelling.nearest(to: "zzzzzz", among: ["batch_size", "lease"]) == nil)
        #expect(Spelling.nearest(to: "a", among: []) == nil)
        // Two letters from the wrong one, a word from the right one.
        let variables = Catalogue.all.flatMap(\.variables)
        #expect(
            Spelling.nearest(to: "ANTENNA_WORKER_BASE_URL", among: variables) == "ANTENNA_WORKER_ANTENNA_BASE_URL"
        )
        #expect(Spelling.nearest(to: "ANTENNA_WORKER_TOKEN", among: variables) == "ANTENNA_WORKER_ANTENNA_TOKEN")
    }
}
