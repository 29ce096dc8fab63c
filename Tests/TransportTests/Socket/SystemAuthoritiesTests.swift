import Foundation
import TestSupport
import Testing

@testable import Transport

@Suite("The authorities of a system")
struct SystemAuthoritiesTests {
    @Test("are found where each family of systems has them, whatever the libraries were built for")
    func places() throws {
        let root = try ScratchFolder()
        #expect(SystemAuthorities.file(under: root.directory) == nil)
        // From the last to the first, each of which comes before those that are there.
        for place in SystemAuthorities.places.reversed() {
            let file = URL(filePath: root.directory + place)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data().write(to: file)
            #expect(SystemAuthorities.file(under: root.directory) == file.path)
        }
    }

    @Test("that hang in the air, as links to a package that was removed do, are none")
    func dangling() throws {
        let root = try ScratchFolder()
        let folder = "\(root.directory)/etc/ssl"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/ca-bundle.pem",
            withDestinationPath: "/nowhere/ca-bundle.pem"
        )
        #expect(SystemAuthorities.file(under: root.directory) == nil)
    }
}
