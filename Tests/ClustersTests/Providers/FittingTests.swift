import HostBook
import SkySync
import Testing

@testable import Clusters

@Suite struct FittingTests {
  @Test(arguments: [
    ("NVIDIA A100-SXM4-80GB", "A100", true), ("NVIDIA A100-SXM4-80GB", "a100-80gb", true),
    ("NVIDIA A100-SXM4-40GB", "A100-80GB", false), ("NVIDIA GeForce RTX 4090", "RTX4090", true),
    ("NVIDIA GeForce RTX 4090", "4090", true), ("NVIDIA L40S", "L4", false),
    ("NVIDIA H100 80GB HBM3", "H100", true), ("Tesla V100-SXM2-32GB", "V100-32GB", true),
    ("Tesla T4", "T4", true), ("NVIDIA A10G", "A10", false),
  ])
  func `a card is known by the name that tasks have for it`(card: String, name: String, fits: Bool)
  {
    #expect(Fitting.isNamed(card, name) == fits)
  }

  @Test func `the first alternative that is met counts, and all lacks are named`() {
    var probe = Probe()
    probe.cpus = 8
    probe.memoryBytes = 62 << 30
    var modest = Requirements()
    modest.cpus = Quantity(8)
    modest.memory = Quantity(64)
    #expect(Fitting.lack(probe, [modest]) == nil, "62 of 64 GiB are what a kernel leaves")
    var large = modest
    large.cpus = Quantity(16, orMore: true)
    #expect(Fitting.lack(probe, [large]) == "has 8 cpus, 16 are asked for")
    #expect(Fitting.lack(probe, [large, modest]) == nil)
    var card = Requirements()
    card.accelerators = [Accelerator("H100", count: 2)]
    #expect(
      Fitting.lack(probe, [large, card])
        == "has 8 cpus, 16 are asked for; or has no GPU, H100:2 is asked for")
    probe.gpus = [.init(name: "NVIDIA H100 80GB HBM3", memoryBytes: 80 << 30)]
    #expect(Fitting.lack(probe, [card]) != nil, "one is not two")
    #expect(Fitting.lack(probe, []) == nil && Fitting.lack(Probe(), [Requirements()]) == nil)
  }
}

@Suite struct AliasSettingsTests {
  @Test func `an alias says what sets its host apart, and no more`() {
    func host(_ name: String, _ lines: [(String, String)]) -> ResolvedHost {
      ResolvedHost(name: name, settings: lines.map { .init(key: $0.0, value: $0.1) })
    }
    let common = [
      ("ciphers", "aes128-ctr"), ("addressfamily", "any"), ("identityfile", "~/.ssh/id_rsa"),
    ]
    let anybody = host("x", common + [("connecttimeout", "5")])
    #expect(
      AliasSettings(host("a", common + [("connecttimeout", "5")]), unlike: anybody).options == [])
    let special = AliasSettings(
      host(
        "gpu1",
        [
          ("ciphers", "aes256-ctr"), ("addressfamily", "inet"), ("identityfile", "~/my keys/%n"),
          ("identityfile", "~/.ssh/two"), ("connecttimeout", "5"), ("hostname", "10.0.0.1"),
          ("localforward", "80 a:80"), ("proxycommand", "nc %h %p # %n %%n"),
        ]), unlike: anybody)
    #expect(special.proxy == .command("nc %h %p # gpu1 %%n"))
    #expect(
      special.options == [
        .init("addressfamily", "inet"), .init("identityfile", "\"~/my keys/gpu1\""),
        .init("identityfile", "~/.ssh/two"), .init("ciphers", "aes256-ctr"),
      ])
    let jump = AliasSettings(host("b", [("proxyjump", "me@bastion:23,gate")]), unlike: anybody)
    #expect(jump.proxy == .jump("me@bastion:23,gate"))
  }
}
