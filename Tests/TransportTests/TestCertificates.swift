import Foundation
import TestSupport

/// An authority made for one run, and the certificate of a server by the names of localhost and 127.0.0.2.
enum TestCertificates {
    /// Writes `authority.pem`, `leaf.pem` and `leaf.key`.
    static func make(in folder: URL) async throws {
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try Data("subjectAltName=DNS:localhost,IP:127.0.0.2\n".utf8).write(to: folder.appending(path: "names"))
        try await openssl(
            [
                "req", "-x509", "-days", "1", "-subj", "/CN=authority", "-keyout", "authority.key", "-out",
                "authority.pem",
            ]
                + curve,
            in: folder
        )
        try await openssl(
            ["req", "-subj", "/CN=localhost", "-keyout", "leaf.key", "-out", "leaf.csr"] + curve,
            in: folder
        )
        try await openssl(
            [
                "x509", "-req", "-days", "1", "-in", "leaf.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
                "-CAcreateserial", "-extfile", "names", "-out", "leaf.pem",
            ],
            in: folder
        )
    }

    private static func openssl(_ arguments: [String], in folder: URL) async throws {
        let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
        let output = folder.appending(path: "openssl.log")
        let child = try ChildProcess(
            executable: "/bin/sh",
            arguments: ["-c", "cd '\(folder.path)' && openssl \(quoted)"],
            environment: ["PATH": "/usr/bin:/bin"],
            output: output,
            scratch: folder
        )
        await child.waitForExit()
        try child.release()
        guard child.exitStatus == 0 else {
            throw TestEnvironmentError("openssl failed: \(try String(contentsOf: output, encoding: .utf8))")
        }
    }
}
