import Foundation
import TestSupport
import Testing

/// `openssl s_server` on a free port of loopback, with a certificate made for this one run.
final class OpenSSLServer {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: program)
    private static let program = "/usr/bin/openssl"
    private static let variable = "ANTENNA_TEST_ABANDONED_SERVER"

    let port: Int
    let certificatePath: String
    private let folder: URL
    private let process: ChildProcess

    var base: String { "https://127.0.0.1:\(port)/" }
    var pid: pid_t { process.pid }

    init(subjectAltName: String) async throws {
        let folder = try PackagePaths.scratch("http-tls")
        self.folder = folder
        certificatePath = folder.appending(path: "certificate.pem").path
        let key = folder.appending(path: "key.pem").path
        let make = try Self.openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                "-subj", "/CN=test", "-addext", "subjectAltName=\(subjectAltName)", "-keyout", key, "-out",
                certificatePath,
            ],
            in: folder
        )
        await make.waitForExit()
        try make.release()
        let process = try Self.openssl(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificatePath, "-key", key, "-www"],
            in: folder
        )
        self.process = process
        let beginning = "ACCEPT 127.0.0.1:"
        func said() -> String { (try? String(contentsOf: Self.output(in: folder), encoding: .utf8)) ?? "" }
        // The whole line: the number may be written in parts.
        try await eventually { said().contains(/ACCEPT .*\n/) || !process.isRunning }
        let line = said().split(separator: "\n").first { $0.hasPrefix(beginning) }
        port = try #require(line.flatMap { Int($0.dropFirst(beginning.count)) }, "\(said())")
    }

    deinit {
        process.send(signal: SIGKILL)
        try? process.release()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func output(in folder: URL) -> URL { folder.appending(path: "openssl.log") }

    private static func openssl(_ arguments: [String], in folder: URL) throws -> ChildProcess {
        try ChildProcess(
            executable: program,
            arguments: arguments,
            environment: [:],
            output: output(in: folder),
            scratch: folder
        )
    }
}

extension OpenSSLServer {
    /// Whether this process is one that starts a server and dies.
    static var isToBeAbandoned: Bool { ProcessInfo.processInfo.environment[variable] != nil }

    /// Has another process start a server and die of SIGKILL; it prints the server's number.
    static func runAbandoned() async throws -> (status: Int32, said: String) {
        try await ChildProcess.runSuite("AbandonedServerMain", ordering: variable)
    }
}
