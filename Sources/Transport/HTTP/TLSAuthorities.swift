internal import CCurl
internal import Foundation
import Telemetry

/// The authorities whose certificates HTTPS trusts.
package struct TLSAuthorities: Sendable, Hashable {
    /// A PEM file of authorities; `nil` for the system's.
    package var file: String?
    /// A folder of authorities as `openssl rehash` makes it; `nil` for the system's.
    package var folder: String?

    /// Those that libcurl was built to find.
    package init() {}

    /// Those that a setting names, else those of the usual variables, else the system's, wherever it has them.
    ///
    /// - Parameters:
    ///   - file: A PEM file that a setting names.
    ///   - environment: The variables of a process: `CURL_CA_BUNDLE` or `SSL_CERT_FILE`, and `SSL_CERT_DIR`.
    package init(file: String?, environment: [String: String]) {
        func first(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        self.file = file ?? first("CURL_CA_BUNDLE", "SSL_CERT_FILE")
        folder = first("SSL_CERT_DIR")
        if self.file == nil, !Self.isFoundByLibrary { self.file = SystemAuthorities.file() }
    }

    /// Whether any are in force: named, or the system's.
    package var areThere: Bool { file != nil || folder != nil || Self.isFoundByLibrary }

    /// Whether the system's are where the libcurl that is loaded looks for them: where the system that it was built for has them.
    private static var isFoundByLibrary: Bool {
        guard let place = curl_version_info(CURLVERSION_SEVENTH)?.pointee.cainfo else { return true }
        return access(place, R_OK) == 0
    }

    /// Looks at the file and the folder, so that a wrong name is told at the start instead of by every connection.
    ///
    /// - Throws: ``TransportError`` with `configuration`.
    package func check() throws(TransportError) {
        func refuse(_ reason: String) -> TransportError {
            TransportError(.configuration, operation: "certificates.read", message: reason)
        }
        if let file {
            guard let handle = FileHandle(forReadingAtPath: file), let text = try? handle.read(upToCount: 16 << 20)
            else {
                throw refuse("the certificate authorities in \(file) cannot be read")
            }
            guard text.firstRange(of: Data("-----BEGIN ".utf8)) != nil else {
                throw refuse("there is no certificate in \(file): authorities are expected as PEM")
            }
        }
        var isFolder: ObjCBool = false
        // Several folders may be named, with colons between; one that is there is enough.
        if let folder,
            !folder.split(separator: ":").contains(where: {
                FileManager.default.fileExists(atPath: String($0), isDirectory: &isFolder) && isFolder.boolValue
            })
        {
            throw refuse("the folder of certificate authorities \(folder) is not there")
        }
    }
}
