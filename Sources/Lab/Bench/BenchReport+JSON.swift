import JSON

extension BenchReport {
    /// Reads what ``json`` says; nil when something of it is missing.
    init?(_ json: JSONValue) {
        guard let benchmark = json["benchmark"]?.string, let unit = json["unit"]?.string,
            let command = json["command"]?.string, let imagesPerSecond = json["images_per_second"]?.double,
            let cpuSecondsPerImage = json["cpu_seconds_per_image"]?.double,
            let peakRSSBytes = json["peak_rss_bytes"]?.int, let stages = json["stages"]?.object,
            let runs = Run.all(json["runs"]), let cores = json["cores"]?.int
        else { return nil }
        self.benchmark = benchmark
        self.unit = unit
        self.command = command
        self.imagesPerSecond = imagesPerSecond
        megapixelsPerSecond = json["megapixels_per_second"]?.double
        self.cpuSecondsPerImage = cpuSecondsPerImage
        self.peakRSSBytes = peakRSSBytes
        engineIdle = json["engine_idle"]?.double
        self.stages = stages.dictionary.compactMapValues { Percentiles($0) }
        self.runs = runs
        reference = json["reference"].flatMap { Reference($0) }
        self.cores = cores
    }

    /// The figures with the names that are documented.
    var json: JSONValue {
        var members: JSONObject = [
            "benchmark": .string(benchmark), "unit": .string(unit), "command": .string(command),
            "images_per_second": .number(imagesPerSecond), "cpu_seconds_per_image": .number(cpuSecondsPerImage),
            "peak_rss_bytes": JSONValue(peakRSSBytes), "runs": .array(runs.map(\.json)), "cores": JSONValue(cores),
            "stages": .object(JSONObject(stages.map { ($0.key, $0.value.json) })),
        ]
        members["megapixels_per_second"] = megapixelsPerSecond.map(JSONValue.number)
        members["engine_idle"] = engineIdle.map(JSONValue.number)
        members["reference"] = reference?.json
        return .object(members)
    }
}

extension BenchReport.Percentiles {
    fileprivate init?(_ json: JSONValue) {
        guard let p50 = json["p50"]?.double, let p99 = json["p99"]?.double else { return nil }
        self.init(p50: p50, p99: p99)
    }

    fileprivate var json: JSONValue { ["p50": .number(p50), "p99": .number(p99)] }
}

extension BenchReport.Run {
    /// Reads a list of runs; nil when one of them is none.
    fileprivate static func all(_ json: JSONValue?) -> [Self]? {
        guard let elements = json?.elements else { return nil }
        let runs = elements.compactMap { Self($0) }
        return runs.count == elements.count ? runs : nil
    }

    private init?(_ json: JSONValue) {
        guard let imagesPerSecond = json["images_per_second"]?.double,
            let cpuSecondsPerImage = json["cpu_seconds_per_image"]?.double, let seconds = json["seconds"]?.double,
            let images = json["images"]?.int
        else { return nil }
        self.init(
            imagesPerSecond: imagesPerSecond,
            cpuSecondsPerImage: cpuSecondsPerImage,
            seconds: seconds,
            images: images
        )
    }

    fileprivate var json: JSONValue {
        [
            "images_per_second": .number(imagesPerSecond), "cpu_seconds_per_image": .number(cpuSecondsPerImage),
            "seconds": .number(seconds), "images": JSONValue(images),
        ]
    }
}

extension BenchReport.Reference {
    fileprivate init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let imagesPerSecond = json["images_per_second"]?.double,
            let cpuSecondsPerImage = json["cpu_seconds_per_image"]?.double, let ratio = json["ratio"]?.double,
            let runs = BenchReport.Run.all(json["runs"])
        else { return nil }
        self.init(
            name: name,
            imagesPerSecond: imagesPerSecond,
            cpuSecondsPerImage: cpuSecondsPerImage,
            ratio: ratio,
            runs: runs
        )
    }

    fileprivate var json: JSONValue {
        [
            "name": .string(name), "images_per_second": .number(imagesPerSecond),
            "cpu_seconds_per_image": .number(cpuSecondsPerImage), "ratio": .number(ratio),
            "runs": .array(runs.map(\.json)),
        ]
    }
}
