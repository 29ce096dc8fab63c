import Foundation
import TestSupport
import Testing

@testable import Worker

@Suite("Images in folders")
struct ImageFilesTests {
    private let root: URL

    init() throws {
        root = try PackagePaths.scratch("walk")
    }

    private func make(_ names: String...) throws {
        for name in names {
            let file = root.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data("x".utf8).write(to: file)
        }
    }

    private func found(_ files: ImageFiles) -> [String] {
        files.files.map { String($0.path.dropFirst(root.path.count + 1)) }
    }

    @Test("A camera's card is walked to its end, in the order of names, without what is no image or hidden")
    func nested() throws {
        try make(
            "b/DCIM/101MEDIA/IMG_0001.JPG",
            "b/DCIM/100MEDIA/IMG_0002.jpg",
            "b/DCIM/100MEDIA/IMG_0001.JPG",
            "a/notes.txt",
            "a/x.PNG",
            ".Trashes/gone.jpg",
            "a/._x.jpg",
            "z.tif"
        )
        let files = ImageFiles(walking: [root.path])
        #expect(
            found(files) == [
                "a/x.PNG", "b/DCIM/100MEDIA/IMG_0001.JPG", "b/DCIM/100MEDIA/IMG_0002.jpg",
                "b/DCIM/101MEDIA/IMG_0001.JPG",
                "z.tif",
            ]
        )
        #expect(files.files.allSatisfy { $0.folder == root.path })
        #expect(try ImageFiles.find([root.path]) == files.files)
    }

    @Test("Links that lead back end, and a folder that two paths lead to is walked once")
    func links() throws {
        try make("a/1.jpg", "b/2.jpg")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: "\(root.path)/a/loop", withDestinationPath: root.path)
        try manager.createSymbolicLink(atPath: "\(root.path)/c", withDestinationPath: "b")
        try manager.createSymbolicLink(atPath: "\(root.path)/gone.jpg", withDestinationPath: "nowhere")
        try manager.createSymbolicLink(atPath: "\(root.path)/linked.jpg", withDestinationPath: "a/1.jpg")
        let files = ImageFiles(walking: [root.path])
        #expect(found(files) == ["a/1.jpg", "b/2.jpg", "gone.jpg", "linked.jpg"])
        #expect(files.unreadable.isEmpty)
    }

    @Test("A name that is not UTF-8 is said, pipes are left out, and a folder named like an image is a folder")
    func oddNames() throws {
        try make("new\nline.jpg", "=1,2.jpg", "é.jpg", "folder.jpg/in.jpg")
        #expect(mkfifo("\(root.path)/pipe.jpg", 0o600) == 0)
        let descriptor = open(
            Array("\(root.path)/".utf8CString.dropLast()) + [-1, 46, 106, 112, 103, 0],
            O_CREAT | O_WRONLY,
            0o600
        )
        #expect(descriptor >= 0)
        close(descriptor)
        let files = ImageFiles(walking: [root.path])
        #expect(found(files) == ["=1,2.jpg", "folder.jpg/in.jpg", "new\nline.jpg", "é.jpg"])
        #expect(files.unreadable.map(\.reason) == ["its name is not UTF-8"])
        #expect(throws: CommandFailure.self) { try ImageFiles.find([root.path]) }
    }

    @Test("What a run writes is not walked, and what is not there is an image that cannot be read")
    func except() throws {
        try make("1.jpg", "crops/moth/1.jpg")
        let files = ImageFiles(walking: [root.path, "\(root.path)/none"], except: "\(root.path)/crops")
        #expect(found(files) == ["1.jpg", "none"])
        for (path, reason) in [("\(root.path)/none", "is not there"), ("\(root.path)/crops/../empty", "is not there")] {
            let failure = #expect(throws: CommandFailure.self) { try ImageFiles.find([path]) }
            #expect(failure?.description.contains(reason) == true)
        }
    }
}
