import Testing

@testable import ObjectStorage

@Suite("What goes over the wire")
struct WireTests {
  @Test("spells moments as S3 does")
  func times() {
    #expect(WireTime.compact(1_369_353_600) == "20130524T000000Z")
    #expect(WireTime.compact(951_827_696) == "20000229T123456Z")
    #expect(WireTime.seconds(ofHeader: "Fri, 24 May 2013 00:00:00 GMT".bytes) == 1_369_353_600)
    #expect(WireTime.seconds(ofDocument: "2013-05-24T00:00:00.999Z".bytes) == 1_369_353_600)
    #expect(WireTime.seconds(ofDocument: "2013-05-24T00:00:00Z".bytes) == 1_369_353_600)
    #expect(WireTime.seconds(ofDocument: "2013-05-24T00:00:00+00:00".bytes) == 1_369_353_600)
  }

  @Test(
    "takes no moment for one that is none",
    arguments: [
      "", "2013-05-24", "2013-13-24T00:00:00Z", "2013-02-30T00:00:00Z", "2013-05-24T24:00:00Z", "2013-05-24T00:00:00.Z",
      "2013-05-24T00:00:00+01:00", "Fri, 24 Mai 2013 00:00:00 GMT", "Fri, 24 May 2013 00:00:00 CET",
      "Fri, 24 May 2013 00:00 GMT",
    ])
  func noTimes(_ text: String) {
    #expect(WireTime.seconds(ofDocument: text.bytes) == nil)
    #expect(WireTime.seconds(ofHeader: text.bytes) == nil)
  }

  @Test("encodes all bytes but the unreserved ones")
  func encoding() {
    let all = (UInt8.min...UInt8.max).map { $0 }
    let plain = PercentEncoding.encode(all).utf8.filter { $0 != UInt8(ascii: "%") }
    #expect(plain.count == 66 + 2 * 190)
    #expect(PercentEncoding.decodeKey(PercentEncoding.encode(all).bytes) == all)
    #expect(PercentEncoding.encode("a=b/c d+e".utf8, keepsSlashes: true) == "a%3Db/c%20d%2Be")
  }

  @Test(
    "goes to the server that a setting names",
    arguments: [
      ("https://S3.Example.com", "https://s3.example.com"), ("http://127.0.0.1:8333/", "http://127.0.0.1:8333"),
      ("https://h:443/a/b//", "https://h/a/b"), ("http://[::1]:9000", "http://[::1]:9000"),
      ("http://[::1]", "http://[::1]"),
    ])
  func endpoint(_ text: String, _ expected: String) throws {
    #expect(try Endpoint(text, from: "X").description == expected)
  }

  @Test(
    "goes to no server where the setting makes no sense, and repeats no password",
    arguments: [
      "", "s3.example.com", "ftp://x", "https://", "https://:80", "https://user:PASSWORD@host", "https://a:0",
      "https://a:b",
      "https://a:99999", "https://a/?b", "https://a b", "https://ä",
    ])
  func noEndpoint(_ text: String) {
    #expect { try Endpoint(text, from: "AWS_ENDPOINT_URL") } throws: { error in
      let message = (error as? ObjectError)?.message ?? ""
      return message.contains("AWS_ENDPOINT_URL") && !message.contains("PASSWORD")
    }
  }

  @Test(
    "has no part of a root that is none",
    arguments: ["s3://", "s3:///a", "s3a://b/c", "/tmp", "s3://a", "s3://b_ä/c", "s3://a b/c"])
  func noLocation(_ text: String) {
    #expect { try BucketLocation(text) } throws: { ($0 as? ObjectError)?.code == .misconfigured }
  }

  @Test(
    "names a root in one way",
    arguments: [
      ("s3://bucket", "s3://bucket", ""), ("s3://bucket/", "s3://bucket", ""),
      ("s3://bucket/a/b/", "s3://bucket/a/b", "a/b/"),
      ("s3://bucket//a", "s3://bucket//a", "/a/"), ("s3://bucket/ü c", "s3://bucket/ü c", "ü c/"),
    ])
  func location(_ text: String, _ description: String, _ prefix: String) throws {
    let location = try BucketLocation(text)
    #expect(location.description == description)
    #expect(location.prefix == prefix.bytes)
  }

  @Test(
    "refuses buckets that work in other ways",
    arguments: ["s3://data--use1-az4--x-s3/a", "s3://arn:aws:s3:us-east-1:1:accesspoint/x"])
  func otherBuckets(_ text: String) {
    #expect { try BucketLocation(text) } throws: { ($0 as? ObjectError)?.code == .unsupported }
  }
}

@Suite("Settings of a store")
struct SettingsTests {
  private func settings(_ variables: [String: String], _ root: String = "s3://bucket") throws -> StorageSettings {
    let world = TestWorld(variables)
    return try StorageSettings(world.environment, profile: Profile(world.environment), location: BucketLocation(root))
  }

  private func url(_ variables: [String: String], _ root: String = "s3://bucket") throws -> String {
    let settings = try settings(variables, root)
    let address = try settings.address(of: BucketLocation(root), region: settings.region ?? "us-east-1")
    return address.origin.description + address.path
  }

  @Test("put the bucket into the host's name at AWS, and into the path where it has a dot or an endpoint is given")
  func addresses() throws {
    #expect(try url(["AWS_REGION": "eu-west-1"]) == "https://bucket.s3.eu-west-1.amazonaws.com")
    #expect(try url(["AWS_DEFAULT_REGION": "cn-north-1"]) == "https://bucket.s3.cn-north-1.amazonaws.com.cn")
    #expect(try url([:], "s3://a.bucket") == "https://s3.us-east-1.amazonaws.com/a.bucket")
    #expect(try url([:], "s3://A_bucket") == "https://s3.us-east-1.amazonaws.com/A_bucket")
    #expect(try url(["AWS_ENDPOINT_URL": "http://h:1/x"]) == "http://h:1/x/bucket")
    #expect(try url(["AWS_ENDPOINT_URL": "http://h:1", "AWS_ENDPOINT_URL_S3": "http://g"]) == "http://g/bucket")
    #expect(
      try url(["AWS_ENDPOINT_URL": "http://h", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]).contains("amazonaws"))
  }

  @Test("refuse a region that could be another host")
  func badRegion() {
    #expect { try settings(["AWS_REGION": "x.example.com/"]) } throws: { ($0 as? ObjectError)?.code == .misconfigured }
  }
}
