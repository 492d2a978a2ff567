/// How a store is reached: what the environment and the profile say, in AWS's words.
struct StorageSettings: Hashable, Sendable {
  /// Given by `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` or the profile; `nil` for AWS itself.
  var endpoint: Endpoint?
  /// Given by `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile; `nil` where it has to be found out.
  var region: String?
  /// Whether the bucket stands in the path, or in the name of the host.
  var usesPathStyle: Bool
  /// The file of trusted certificates; `nil` for the system's.
  var certificates: String?

  init(_ environment: StorageEnvironment, profile: Profile, location: BucketLocation) throws(ObjectError) {
    let ignores = environment.first("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() == "true"
    if !ignores, let text = environment.first("AWS_ENDPOINT_URL_S3") {
      endpoint = try Endpoint(text, from: "AWS_ENDPOINT_URL_S3")
    } else if !ignores, let text = environment.first("AWS_ENDPOINT_URL") {
      endpoint = try Endpoint(text, from: "AWS_ENDPOINT_URL")
    } else if !ignores, let text = profile["s3.endpoint_url"] ?? profile["endpoint_url"] {
      endpoint = try Endpoint(text, from: "endpoint_url in the profile \(profile.name)")
    }
    region = environment.first("AWS_REGION", "AWS_DEFAULT_REGION") ?? profile["region"]
    if let region,
      !region.utf8.allSatisfy({
        $0 | 0x20 &- UInt8(ascii: "a") < 26 || $0 &- UInt8(ascii: "0") < 10 || $0 == UInt8(ascii: "-")
      })
    {
      throw ObjectError(
        .misconfigured, "The region \(region.printable) cannot be one: correct AWS_REGION, or the profile's region.")
    }
    switch profile["s3.addressing_style"] {
    case "path": usesPathStyle = true
    case "virtual" where location.isHostName: usesPathStyle = false
    default: usesPathStyle = endpoint != nil || !location.isHostName
    }
    certificates = environment.first("AWS_CA_BUNDLE") ?? profile["ca_bundle"]
  }

  /// Where requests go that are signed for a region.
  func address(of location: BucketLocation, region: String) throws(ObjectError) -> BucketAddress {
    let server: Endpoint
    if let endpoint {
      server = endpoint
    } else {
      let suffix = region.hasPrefix("cn-") ? ".cn" : ""
      server = try Endpoint("https://s3.\(region).amazonaws.com\(suffix)", from: "AWS_REGION")
    }
    var origin = server.origin
    if !usesPathStyle { origin.authority = "\(location.bucket).\(origin.authority)" }
    return BucketAddress(
      origin: origin, path: server.path + (usesPathStyle ? "/\(location.bucket)" : ""), region: region, server: server)
  }

  /// What tells the store from others, whatever region its bucket turns out to be in.
  var store: String {
    endpoint?.description
      ?? (region?.hasPrefix("cn-") == true ? "https://s3.amazonaws.com.cn" : "https://s3.amazonaws.com")
  }
}

/// Where the requests to a bucket go.
struct BucketAddress: Hashable, Sendable {
  var origin: HTTPOrigin
  /// What comes before the slash and the key.
  var path: String
  /// What requests are signed for.
  var region: String
  var server: Endpoint
}
