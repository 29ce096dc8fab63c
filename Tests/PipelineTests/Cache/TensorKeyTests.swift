import Testing

@testable import Pipeline

@Suite struct TensorKeyTests {
    @Test(arguments: [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20240101T000000Z&X-Amz-Expires=60&X-Amz-Signature=abc",
        "X-Amz-Security-Token=t&X-Amz-SignedHeaders=host&X-Amz-Credential=a%2Fb&x-amz-signature=abc",
        "AWSAccessKeyId=a&Signature=b%2F&Expires=1700000000",
        "AWSAccessKeyId=a&Signature=b%2F&Expires=1700000000&x-amz-security-token=t",
        "X-Goog-Signature=abc&x-goog-expires=60",
        "GoogleAccessId=a%40b&Expires=1&Signature=abc",
        "sv=2022-11-02&sr=b&sig=abc&se=2024-01-01&sp=r",
        "sv=2022-11-02&sr=b&sig=abc%3D",
        "sp=r&st=2023-01-01T00:00:00Z&se=2024-01-01T00%3A00%3A00Z&spr=https&sip=1.2.3.4&sv=2022-11-02&sr=b&sig=a",
        "Policy=a&Signature=b&Key-Pair-Id=c", "Expires=1&Signature=b&Key-Pair-Id=c",
    ])
    func theSameImageHasOneKeyThroughAnySignature(query: String) {
        let plain = "https://images.example/trap/1.jpg"
        #expect(TensorKey(url: "\(plain)?\(query)") == TensorKey(url: plain))
        #expect(TensorKey.withoutSignature("\(plain)?id=7&\(query)&page=%2f") == "\(plain)?id=7&page=%2f")
        #expect(TensorKey.withoutSignature("\(plain)?\(query)&id=#fragment") == "\(plain)?id=")
    }

    @Test(
        "Items that only sign beside their proof select a picture without it",
        arguments: [
            "sp", "se", "st", "sr", "sv", "sig", "ss", "spr", "skt", "policy", "Policy", "expires", "Expires",
            "signature",
            "Signature", "Key-Pair-Id", "AWSAccessKeyId", "GoogleAccessId", "X-Amz-Date", "X-Goog-Date",
            "x-amz-security-token",
        ]
    )
    func withoutItsProofAnItemCounts(name: String) {
        let url = "https://images.example/camera?\(name)="
        #expect(TensorKey(url: url + "1") != TensorKey(url: url + "2"))
        #expect(TensorKey(url: url + "1") != TensorKey(url: "https://images.example/camera"))
        #expect(TensorKey.withoutSignature(url + "1") == url + "1")
    }

    @Test(
        "Where a signature is doubtful the whole query counts",
        arguments: [
            // One half of a proof, or another scheme's.
            "sig=a&sp=1", "sv=2022-11-02&se=2024-01-01&sp=1", "Signature=a&Expires=1&Policy=b",
            "Key-Pair-Id=a&Policy=1",
            "AWSAccessKeyId=a&Expires=1", "GoogleAccessId=a&Expires=1", "X-Amz-Credential=a", "X-Goog-Credential=a",
            "X-Amz-Signature=a&X-Goog-Signature=b", "Signature=a&Key-Pair-Id=b&AWSAccessKeyId=c",
            // A proof that proves nothing.
            "sig=&sv=2022-11-02&sp=1", "sig&sv=2022-11-02&sp=1", "sig=a&sv=&sp=1", "sig=1&sv=2&se=3&sp=1",
            "X-Amz-Signature=",
            "X-Goog-Signature", "Signature=&Key-Pair-Id=a", "Signature=a&Key-Pair-Id=",
            // Twice, or nearly.
            "sig=a&sv=2022-11-02&sp=1&sp=2", "sig=a&sig=b&sv=2022-11-02&sp=1", "sig=a&sv=2022-11-02&sp=1&SP=2",
            "sig=a&sv=2022-11-02&sp=1&%73p=2", "SIG=a&SV=2022-11-02&sp=1", "%73ig=a&sv=2022-11-02&sp=1",
            "signature=a&key-pair-id=b&policy=1", "X-Amz-Signature=a&x-amz-signature=b",
            "X-Amz-Signature=a&X%2DAmz-Date=1",
        ]
    )
    func doubtfulSignaturesCount(query: String) {
        let url = "https://images.example/camera?\(query)"
        #expect(TensorKey.withoutSignature(url) == url)
        #expect(TensorKey(url: url) != TensorKey(url: "https://images.example/camera"))
    }

    @Test(
        "A scheme drops its own items only",
        arguments: [
            ("X-Amz-Signature=a&sp=1&Expires=2", "sp=1&Expires=2"),
            ("sig=a&sv=2022-11-02&Policy=1&X-Amz-Date=2", "Policy=1&X-Amz-Date=2"),
            ("Signature=a&Key-Pair-Id=b&sv=2022-11-02&policies=1", "sv=2022-11-02&policies=1"),
            ("X-Amz-Signature=a&X-Amz-Copy-Source=b&versionId=3", "X-Amz-Copy-Source=b&versionId=3"),
            ("sig=a&sv=2022-11-02&snapshot=2024&rsct=image%2Fjpeg", "snapshot=2024&rsct=image%2Fjpeg"),
        ]
    )
    func othersItemsStay(query: String, left: String) {
        #expect(TensorKey.withoutSignature("https://i.example/a?\(query)") == "https://i.example/a?\(left)")
    }

    @Test(arguments: [
        "https://images.example/trap/2.jpg", "http://images.example/trap/1.jpg", "https://other.example/trap/1.jpg",
        "https://images.example/trap/1.jpg?id=7", "https://images.example/trap/1.jpg?versionId=7",
        "https://a:b@images.example/trap/1.jpg", "https://images.example:8443/trap/1.jpg",
        "https://images.example/trap/1.jpg;sp=1", "https://images.example/trap%2F1.jpg",
    ])
    func otherImagesHaveOtherKeys(_ url: String) {
        #expect(TensorKey(url: url) != TensorKey(url: "https://images.example/trap/1.jpg"))
    }

    @Test("The order of items, their case and their encoding may select the image")
    func whatSelectsTheImageStaysAsItIsWritten() {
        let urls = ["a=1&b=2", "b=2&a=1", "A=1&b=2", "a=%31&b=2", "a=1&b=2&", "&a=1&b=2", "a=1;b=2", "a=1&b=2?"]
            .map { "https://i.example/get?\($0)" }
        #expect(Set(urls.map { TensorKey(url: $0) }).count == urls.count)
        for url in urls { #expect(TensorKey.withoutSignature(url) == url) }
    }

    @Test("What follows a # is not sent, and what precedes it is")
    func fragments() {
        let plain = TensorKey(url: "https://i.example/a")
        for url in ["https://i.example/a#", "https://i.example/a#b?sp=1", "https://i.example/a#?X-Amz-Signature=a"] {
            #expect(TensorKey(url: url) == plain)
        }
        #expect(TensorKey.withoutSignature("https://i.example/a?x=1#&X-Amz-Signature=a") == "https://i.example/a?x=1")
    }

    @Test func anotherDecoderHasOtherKeys() {
        let url = "https://images.example/trap/1.jpg"
        #expect(TensorKey(url: url, decoderVersion: "a") != TensorKey(url: url, decoderVersion: "b"))
    }

    @Test func theKeyIsWrittenAsDesigned() {
        let key = TensorKey(url: "not a url at all %%%").description
        #expect(key.hasPrefix("antenna:tensor:v1:"))
        #expect(key.utf8.count == "antenna:tensor:v1:".utf8.count + 64)
    }
}
