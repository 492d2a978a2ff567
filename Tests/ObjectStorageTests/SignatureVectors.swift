import Testing

@testable import ObjectStorage

/// One case of AWS's published test suite for signatures (`aws-signing-test-suite`, Apache 2.0), version 4 in headers.
///
/// All of it but the six cases whose path has to be normalized first, which S3 never does.
struct SignatureVector: Sendable, CustomTestStringConvertible {
  var name: String
  var method: HTTPRequest.Method
  /// Not encoded.
  var path: String
  var parameters: [(name: String, value: String)]
  var headers: [(name: String, value: String)]
  var body: String
  var signature: String

  init(
    _ name: String, _ method: HTTPRequest.Method, _ path: String, parameters: [(name: String, value: String)] = [],
    headers: [(name: String, value: String)], body: String = "", signature: String
  ) {
    self.name = name
    self.method = method
    self.path = path
    self.parameters = parameters
    self.headers = headers
    self.body = body
    self.signature = signature
  }

  var testDescription: String { name }
}

extension SignatureVector {
  private static let sessionToken =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRq"
    + "TflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75Y"
    + "U9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9K"
    + "SYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
  private static let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

  static let all: [SignatureVector] = [
    SignatureVector(
      "get-header-key-duplicate", .get, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("my-header1", "value2"),
        ("my-header1", "value2"),
        ("my-header1", "value1"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    SignatureVector(
      "get-header-value-multiline", .get, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("my-header1", "value1\n  value2\n     value3"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd"),
    SignatureVector(
      "get-header-value-order", .get, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("my-header1", "value4"),
        ("my-header1", "value1"),
        ("my-header1", "value3"),
        ("my-header1", "value2"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
    SignatureVector(
      "get-header-value-trim", .get, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("my-header1", " value1"),
        ("my-header2", " \"a   b   c\""),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    SignatureVector(
      "get-relative-relative-unnormalized", .get, "/example1/example2/../..",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b"),
    SignatureVector(
      "get-relative-unnormalized", .get, "/example/..",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "eca7ead57bb5aa5c8e28007acd4ff04e1ff9a0ff3b237ec1554a184887ff9282"),
    SignatureVector(
      "get-slash-dot-slash-unnormalized", .get, "/./",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "68714168e6557f8f2de0ef956fc24dc2593a4bd2961f8df51898d8a134695145"),
    SignatureVector(
      "get-slash-pointless-dot-unnormalized", .get, "/./example",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "beb03f223f7deae4146464f06e29eebbee9c8afbe15c290cf07aa8b119e14cff"),
    SignatureVector(
      "get-slash-unnormalized", .get, "//",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "c88bcd3d312d75078c0cd961d6deae3f4c754924b01669efcfcb439fd5e5b76e"),
    SignatureVector(
      "get-slashes-unnormalized", .get, "//example//",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"),
    SignatureVector(
      "get-space-normalized", .get, "/example space/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
    SignatureVector(
      "get-space-unnormalized", .get, "/example space/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
    SignatureVector(
      "get-unreserved", .get, "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    SignatureVector(
      "get-utf8", .get, "/ሴ",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    SignatureVector(
      "get-vanilla-empty-query-key", .get, "/",
      parameters: [("Param1", "value1")],
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
    SignatureVector(
      "get-vanilla-query-order-encoded", .get, "/",
      parameters: [("Param-3", "Value3"), ("Param", "Value2"), ("ሴ", "Value1")],
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"),
    SignatureVector(
      "get-vanilla-query-order-key-case", .get, "/",
      parameters: [("Param2", "value2"), ("Param1", "value1")],
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    SignatureVector(
      "get-vanilla-query-unreserved", .get, "/",
      parameters: [(unreserved, unreserved)],
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
    SignatureVector(
      "get-vanilla-query", .get, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    SignatureVector(
      "get-vanilla-utf8-query", .get, "/",
      parameters: [("ሴ", "bar")],
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
    SignatureVector(
      "get-vanilla-with-session-token", .get, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-security-token", "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"),
      ],
      signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"),
    SignatureVector(
      "get-vanilla", .get, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    SignatureVector(
      "post-header-key-case", .post, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    SignatureVector(
      "post-header-key-sort", .post, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("my-header1", "value1"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
    SignatureVector(
      "post-header-value-case", .post, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("my-header1", "VALUE1"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
    SignatureVector(
      "post-sts-header-after", .post, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    SignatureVector(
      "post-sts-header-before", .post, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-security-token", sessionToken),
      ],
      signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"),
    SignatureVector(
      "post-vanilla-empty-query-value", .post, "/",
      parameters: [("Param1", "value1")],
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
    SignatureVector(
      "post-vanilla-query", .post, "/",
      parameters: [("Param1", "value1")],
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
    SignatureVector(
      "post-vanilla", .post, "/",
      headers: [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
      ],
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    SignatureVector(
      "post-x-www-form-urlencoded-parameters", .post, "/",
      headers: [
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("host", "example.amazonaws.com"),
        ("content-length", "13"),
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"),
      ],
      body: "Param1=value1",
      signature: "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422"),
    SignatureVector(
      "post-x-www-form-urlencoded", .post, "/",
      headers: [
        ("content-type", "application/x-www-form-urlencoded"),
        ("host", "example.amazonaws.com"),
        ("content-length", "13"),
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"),
      ],
      body: "Param1=value1",
      signature: "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"),
  ]
}
