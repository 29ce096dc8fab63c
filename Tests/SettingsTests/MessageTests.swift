import TestSupport
import Testing
import WorkerTestSupport

@testable import Settings

/// What people read when a setting is wrong: where it stands, what is wrong, and what would be right.
@Suite("Messages about settings")
struct MessageTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
    }

    @Test(
        "of flags",
        arguments: [
            ("--source", "both", "\"both\" is not one of rest, amqp, auto"),
            ("--api-batch-size", "many", "\"many\" is not a whole number"),
            ("--api-batch-size", "0", "\"0\" is less than 1"),
            ("--api-batch-size", "1001", "\"1001\" is more than 1000"),
            ("--lease", "soon", "\"soon\" is not a number with a unit (ms, s, min, h; without one: s)"),
            ("--lease", "2d", "\"2d\" has an unknown unit; there are ms, s, min, h"),
            ("--lease", "25h", "\"25h\" is more than 24h"),
            ("--linger", "2min", "\"2min\" is more than 1min"),
            ("--max-image-bytes", "1B", "\"1B\" is less than 1KiB"),
            ("--max-image-bytes", "64XB", "\"64XB\" has an unknown unit; there are B, kB, MB, GB, KiB, MiB, GiB"),
            ("--max-image-bytes", "9999999999999999999", "\"9999999999999999999\" is too large"),
            ("--max-image-pixels", "1P", "\"1P\" is less than 1kP"),
            ("--device", "gpu", "\"gpu\": a device is auto, cpu, cpu:onnxruntime, cpu:openvino, cuda:N or tensorrt:N"),
            ("--scores", "top:0", "\"top:0\" is neither all nor top:N, such as top:10"),
            ("--pipeline", "a/b", "\"a/b\" is not a slug: letters, digits, _ and - without spaces"),
            (
                "--image-proxy", "ftp://h",
                "must be none, environment or an address: the proxy's address begins with none of "
                    + "http, https, socks4, socks4a, socks5, socks5h"
            ),
            ("--base-url", "ftp://h", "must begin with http:// or https://, not ftp:"),
            ("--base-url", "h", "is not a URL; it should look like https://antenna.example.org/api/v2"),
            (
                "--base-url", "http://u:p@h",
                "must not hold a user or a password; the token is a setting of its own"
            ),
            ("--base-url", "http://h/?q", "must not have a ? or a #"),
            ("--base-url", "http://", "names no host"),
            ("--service-name", " ", "must not be empty"),
            ("--token-file", "none", "the file none cannot be opened"),
            ("--token-file", "/", "/ is a folder, and no file"),
            (
                "--amqp-url-file", "amqp://u:p@h",
                "an address stands where the name of a file is wanted; put it into a file of your own, and name that"
            ),
        ]
    )
    func flags(flag: String, value: String, reason: String) throws {
        #expect(try folder.resolve(flags: [flag, value]).mistakes.map(\.description) == ["\(flag): \(reason)"])
    }

    @Test(
        "of variables",
        arguments: [
            ("IMAGES_MAX_BYTE", "1", "there is no such setting; did you mean ANTENNA_WORKER_IMAGES_MAX_BYTES?"),
            ("X", "1", "there is no such setting"),
            ("ANTENNA_TOKEN", "a b", "holds a space, a line break or a letter that no token has"),
            ("REDIS_KEY", "short", "has fewer than 16 characters"),
            ("AMQP_URL", "http://h", "the broker's URL cannot be used: it must begin with amqp:// or amqps://"),
            ("IMAGES_ALLOW_PRIVATE", "maybe", "\"maybe\" is neither true nor false"),
        ]
    )
    func variables(name: String, value: String, reason: String) throws {
        let name = "ANTENNA_WORKER_\(name)"
        #expect(try folder.resolve(environment: [name: value]).mistakes.map(\.description) == ["\(name): \(reason)"])
    }

    @Test("of two names for one setting")
    func twice() throws {
        let (theirs, ours) = ("AMI_ANTENNA_API_BATCH_SIZE", "ANTENNA_WORKER_ANTENNA_BATCH_SIZE")
        #expect(
            try folder.resolve(environment: [theirs: "5", ours: "6"]).mistakes.map(\.description) == [
                "\(ours): says something else than \(theirs); keep one of them"
            ]
        )
        let token = "ANTENNA_WORKER_ANTENNA_TOKEN"
        #expect(
            try folder.resolve(environment: [token: "a", "\(token)_FILE": "b"]).mistakes.map(\.description) == [
                "\(token)_FILE: is set as well as \(token); keep one of them"
            ]
        )
    }

    @Test(
        "of .env",
        arguments: [
            ("nonsense", ".env line 1: is not of the form NAME=value"),
            ("1A=b", ".env line 1: has no valid name before the ="),
            ("A='b", ".env line 1: has no closing '"),
            ("A='b' c", ".env line 1: goes on after the closing quote"),
            ("A=\"\\q\"", ".env line 1: has an unknown escape after a backslash; there are \\n \\t \\\" \\\\ \\$"),
            (
                "ANTENNA_WORKER_LOG_LEVEL=chatty",
                "ANTENNA_WORKER_LOG_LEVEL: \"chatty\" is not one of trace, debug, info, notice, warning, error, critical"
            ),
        ]
    )
    func dotEnv(line: String, message: String) throws {
        try folder.write("\(line)\n", to: ".env")
        #expect(try folder.resolve().mistakes.map(\.description) == [message])
    }

    @Test(
        "of the configuration file",
        arguments: [
            ("[]", "", "must be an object: { \"antenna\": { … }, … }"),
            (#"{"antena": {}}"#, "antena in ", "there is no such setting; did you mean antenna?"),
            (
                #"{"antenna": {"bach_size": 3}}"#, "antenna.bach_size in ",
                "there is no such setting; did you mean antenna.batch_size?"
            ),
            (#"{"log": "loud"}"#, "log in ", "must be an object of settings"),
            (#"{"source": {}}"#, "source in ", "must be a value, not an object"),
            (#"{"pipelines": [["a"]]}"#, "pipelines in ", "must not be a list of lists"),
        ]
    )
    func file(text: String, place: String, reason: String) throws {
        try folder.write(text, to: "antenna-worker.json")
        #expect(try folder.resolve().mistakes.map(\.description) == ["\(place)antenna-worker.json: \(reason)"])
        let missing = try folder.resolve(flags: ["--config", "none.json"])
        #expect(missing.mistakes.map(\.description) == ["none.json: the file none.json cannot be opened"])
    }
}
