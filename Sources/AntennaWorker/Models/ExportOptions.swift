import ArgumentParser
import Inference
import Lab
import Worker

/// The files that other programs read.
struct ExportOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Write a table, a row a detection.", valueName: "file"))
    var csv: String?
    @Option(
        help: ArgumentHelp(
            "Write a recognition file as MegaDetector does, for Timelapse and others.",
            valueName: "file"
        )
    )
    var megadetector: String?
    @Option(help: ArgumentHelp("Write a data set in COCO's format.", valueName: "file"))
    var coco: String?
    @Option(help: ArgumentHelp("Write each insect as a JPEG, in folders by label.", valueName: "folder"))
    var crops: String?

    /// Where they go.
    var paths: [String] { [csv, megadetector, coco, crops].compactMap(\.self) }

    /// Makes the files, while nothing has been done that would be lost.
    ///
    /// - Throws: `CommandFailure` for one that cannot be written.
    func open(for manifest: PipelineManifest) throws -> [any ResultExport] {
        var exports: [any ResultExport] = []
        if let csv { exports.append(try CSVExport(path: csv)) }
        if let megadetector { exports.append(try MegaDetectorExport(path: megadetector, manifest: manifest)) }
        if let coco { exports.append(try COCOExport(path: coco, pipeline: manifest.slug)) }
        if let crops { exports.append(try CropExport(folder: crops)) }
        return exports
    }
}
