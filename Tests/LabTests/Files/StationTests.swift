import Imaging
import Testing
import Worker

@testable import Lab

@Suite("Stations and times from names")
struct StationTests {
    @Test(arguments: [
        ("cyprus-141-20220916221959-snapshot.jpg", "2022-09-16T22:19:59"),
        ("IMG_20220622_000459.jpg", "2022-06-22T00:04:59"), ("20220622000459123.jpg", "2022-06-22T00:04:59"),
        ("2022-06-22 00-04-59.jpg", "2022-06-22T00:04:59"), ("PXL_20220622_000459123.jpg", "2022-06-22T00:04:59"),
        ("7-2022-06-22T00:04:59.png", "2022-06-22T00:04:59"), ("IMG_0001.JPG", nil), ("20221322000459.jpg", nil),
        ("20220622--000459.jpg", nil), ("12345678901234.jpg", nil), ("99999999999999999999999999.jpg", nil), ("", nil),
    ])
    func times(name: String, time: String?) {
        #expect(CaptureTime(fileName: name)?.description == time)
    }

    @Test(arguments: [
        ("cards/ridge/DCIM/100MEDIA/IMG_1.JPG", "cards", "ridge"), ("cards/a/b/1.jpg", "cards", "a/b"),
        ("cards/DCIM/100_TRAP/1.jpg", "cards", "cards"), ("ridge/DCIM/1.jpg", "ridge/DCIM", "ridge"),
        ("night/panama-01-20231110214539.jpg", "night", "panama-01"),
        ("night/IMG_20231110_214539.jpg", "night", "night"),
        ("night/20231110214539.jpg", "night", "night"), ("/x/y/1.jpg", nil, "y"), ("/1.jpg", nil, ""), ("b", nil, ""),
        ("cards//ridge/1.jpg", "cards/", "ridge"),
    ])
    func stations(path: String, folder: String?, station: String) {
        #expect(Station.name(of: ImageFiles.File(path: path, folder: folder)) == station)
    }
}
