import Testing

@testable import ObjectStorage

@Suite("A signature")
struct SignatureTests {
  @Test("is the one that AWS published for the request", arguments: SignatureVector.all)
  func published(_ vector: SignatureVector) {
    var request = HTTPRequest(
      method: vector.method, origin: HTTPOrigin(isSecure: true, authority: "example.amazonaws.com"),
      path: PercentEncoding.encode(vector.path.utf8, keepsSlashes: true))
    request.query = PercentEncoding.query(vector.parameters.map { ($0.name, Array($0.value.utf8)) })
    request.headers = vector.headers
    let scope = SignatureV4.Scope(region: "us-east-1", service: "service")
    let key = SignatureV4.key(secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", scope: scope, day: "20150830")
    let digest = vector.body.isEmpty ? SignatureV4.emptyDigest : Self.digest(vector.body)
    let authorization = SignatureV4.authorization(
      for: request, digest: digest, accessKey: "AKIDEXAMPLE", scope: scope, time: "20150830T123600Z", key: key)
    #expect(authorization.hasSuffix("Signature=\(vector.signature)"))
    #expect(
      authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "))
  }

  private static func digest(_ body: String) -> String {
    var request = HTTPRequest(method: .post, origin: HTTPOrigin(isSecure: true, authority: "a"), path: "/")
    request.body = Array(body.utf8)
    Signer().sign(
      &request, Credentials(accessKey: "a", secret: "b"), SignatureV4.Scope(region: "c", service: "d"), at: 0)
    return request.headers.first { $0.name == "x-amz-content-sha256" }?.value ?? ""
  }

  /// The four examples of "Authenticating Requests: Using the Authorization Header" in the reference of the S3 API.
  @Test(
    "is the one that the reference of S3 shows",
    arguments: [
      (
        HTTPRequest.Method.get, "/test.txt", [], [("range", "bytes=0-9")], "",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
      ),
      (
        .put, "/test$file.text", [],
        [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
        "Welcome to Amazon S3.", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
      ),
      (
        .get, "/", [("lifecycle", "")], [], "",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
      ),
      (
        .get, "/", [("max-keys", "2"), ("prefix", "J")], [], "",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
      ),
    ] as [(HTTPRequest.Method, String, [(String, String)], [(String, String)], String, String)])
  func reference(
    _ example: (HTTPRequest.Method, String, [(String, String)], [(String, String)], String, String)
  ) throws {
    var request = HTTPRequest(
      method: example.0, origin: HTTPOrigin(isSecure: true, authority: "examplebucket.s3.amazonaws.com"),
      path: PercentEncoding.encode(example.1.utf8, keepsSlashes: true))
    request.query = PercentEncoding.query(example.2.map { ($0.0, Array($0.1.utf8)) })
    request.headers = example.3.map { (name: $0.0, value: $0.1) }
    request.body = Array(example.4.utf8)
    let credentials = Credentials(
      accessKey: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    Signer().sign(
      &request, credentials, SignatureV4.Scope(region: "us-east-1", service: "s3"), at: 1_369_353_600)
    let authorization = try #require(request.headers.last { $0.name == "authorization" }).value
    #expect(authorization.hasSuffix("Signature=\(example.5)"))
  }

  @Test("of a session signs the session's token as well")
  func session() throws {
    var request = HTTPRequest(method: .get, origin: HTTPOrigin(isSecure: true, authority: "b"), path: "/")
    let credentials = Credentials(accessKey: "a", secret: "b", token: "t")
    Signer().sign(&request, credentials, SignatureV4.Scope(region: "r", service: "s3"), at: 0)
    let authorization = try #require(request.headers.last).value
    #expect(authorization.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"))
  }

  @Test("follows the day, the region and the credentials, whatever was signed before")
  func keptKey() throws {
    func sign(_ signer: Signer, _ secret: String, _ region: String, _ seconds: Int64) -> String {
      var request = HTTPRequest(method: .get, origin: HTTPOrigin(isSecure: true, authority: "b"), path: "/")
      signer.sign(
        &request, Credentials(accessKey: "a", secret: secret), SignatureV4.Scope(region: region, service: "s3"),
        at: seconds)
      return request.headers.last?.value ?? ""
    }
    let one = Signer()
    for (secret, region, seconds) in [("a", "b", 0), ("c", "b", 0), ("a", "d", 0), ("a", "b", 86_400)]
      as [(String, String, Int64)]
    {
      #expect(sign(one, secret, region, seconds) == sign(Signer(), secret, region, seconds))
    }
  }
}
