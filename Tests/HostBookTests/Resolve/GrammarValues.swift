import Support

/// Keywords of the grammar; those that decide most stand in it more than once.
enum KeywordPool {
  static let frequent = [
    "HostName", "User", "Port", "IdentityFile", "ProxyJump", "ProxyCommand", "HostName", "User",
    "Port", "IdentityFile", "SendEnv", "SetEnv", "LocalForward", "RemoteForward",
    "DynamicForward", "ControlPath", "HostKeyAlias", "UserKnownHostsFile", "IgnoreUnknown",
  ]
  /// Take any text.
  static let free: Set<String> = [
    "User", "IdentityFile", "CertificateFile", "ProxyCommand", "HostKeyAlias", "SetEnv",
    "LocalCommand", "RemoteCommand", "KnownHostsCommand", "IgnoreUnknown", "RevokedHostKeys",
  ]
  static let flags = [
    "BatchMode", "CheckHostIP", "ExitOnForwardFailure", "ForwardX11", "ForwardX11Trusted",
    "GatewayPorts", "PasswordAuthentication", "KbdInteractiveAuthentication",
    "ChallengeResponseAuthentication", "HostbasedAuthentication", "GSSAPIAuthentication",
    "GSSAPIKeyExchange", "GSSAPIDelegateCredentials", "GSSAPITrustDNS", "TCPKeepAlive",
    "KeepAlive", "NoHostAuthenticationForLocalhost", "EnableSSHKeysign", "IdentitiesOnly",
    "HashKnownHosts", "PermitLocalCommand", "VisualHostKey", "StdinNull", "ProxyUseFdpass",
    "CanonicalizeFallbackLocal", "StreamLocalBindUnlink", "EnableEscapeCommandline",
    "GSSAPIRenewalForcesRekey", "ClearAllForwardings",
  ]
  static let choices: [String: [String]] = [
    "Compression": ["yes", "no"], "AddressFamily": ["any", "inet", "inet6"],
    "ControlMaster": ["yes", "no", "auto", "ask", "autoask"],
    "Tunnel": ["ethernet", "point-to-point", "yes", "no"],
    "RequestTTY": ["yes", "no", "force", "auto"],
    "SessionType": ["none", "subsystem", "default"],
    "CanonicalizeHostname": ["yes", "no", "always", "no", "no"],
    "PubkeyAuthentication": ["yes", "no", "unbound", "host-bound"],
    "DSAAuthentication": ["yes", "no"],
    "StrictHostKeyChecking": ["yes", "no", "ask", "accept-new", "off"],
    "VerifyHostKeyDNS": ["yes", "no", "ask"], "UpdateHostkeys": ["yes", "no", "ask"],
    "ForkAfterAuthentication": ["no", "no", "yes"],
    "LogLevel": ["QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG", "debug2", "SILENT"],
    "SyslogFacility": ["USER", "DAEMON", "AUTH", "local3", "AUTHPRIV"],
    "FingerprintHash": ["md5", "sha1", "SHA256", "sha512"],
    "ConnectTimeout": ["10", "1m30s", "none", "2H", "0"],
    "ServerAliveInterval": ["15", "1m", "none", "1w"], "ProtocolKeepAlives": ["3"],
    "ForwardX11Timeout": ["0", "10m", "none"],
    "NumberOfPasswordPrompts": ["1", "3", "+2", "010"], "ConnectionAttempts": ["1", "4"],
    "ServerAliveCountMax": ["0", "5"], "CanonicalizeMaxDots": ["0", "1", "2"],
    "RequiredRSASize": ["2048", "1024"],
    "RekeyLimit": ["1G", "default none", "512M 1h", "1.5K", "16", "0 10", "default 1m"],
    "EscapeChar": ["none", "~", "^A", "\\\\", "%", "ä", "^?", "x"],
    "TunnelDevice": ["any", "0:1", "3", "any:2", "4:any"],
    "IPQoS": ["af21", "none", "lowdelay throughput", "0x10", "ef cs0", "le", "8 020"],
    "StreamLocalBindMask": ["0177", "777", "0", "17x"],
    "AddKeysToAgent": ["yes", "no", "ask", "confirm", "confirm 5m", "1h", "0"],
    "ControlPersist": ["yes", "no", "10m", "0", "600", "true"],
    "ForwardAgent": ["yes", "no", "/tmp/agent", "$SSH_AUTH_SOCK", "${HOME}/agent"],
    "IdentityAgent": ["none", "SSH_AUTH_SOCK", "$AGENT", "~/agent-%r", "${HOME}/%h.sock"],
    "CanonicalDomains": ["invalid", "example.invalid. Other.invalid", "none"],
    "CanonicalizePermittedCNAMEs": ["*.a.invalid:*.b.invalid", "none", "none"],
    "PermitRemoteOpen": ["any", "none", "localhost:80 [::1]:*", "h:ssh"],
    "LogVerbose": ["none", "kex.c:*:1000", "a b"],
    "GlobalKnownHostsFile": ["none", "/etc/kh /etc/kh2", "~/kh"],
    "RevokedHostKeys": ["none", "/tmp/krl"], "CertificateFile": ["~/c.pub", "/k/%h-cert.pub"],
    "KnownHostsCommand": ["none", "/bin/echo %H", "/bin/kh # no comment"],
    "LocalCommand": ["none", "echo \"a b\" %T", "true # kept"],
    "RemoteCommand": ["none", "uptime %h", "echo '%n %u'"],
    "PreferredAuthentications": ["publickey", "publickey,password"],
    "BindAddress": ["127.0.0.1"], "BindInterface": ["lo"], "XAuthLocation": ["/usr/bin/xauth"],
    "PKCS11Provider": ["none", "/lib/p11.so"], "SecurityKeyProvider": ["none", "internal", "$SK"],
    "KbdInteractiveDevices": ["pam"], "GSSAPIClientIdentity": ["me@X"],
    "GSSAPIServerIdentity": ["srv"],
    "GSSAPIKexAlgorithms": ["gss-gex-sha1-", "gss-group14-sha256-x"],
    "Ciphers": [
      "aes128-ctr", "+3des-cbc", "-*cbc,aes*", "^aes256-ctr", "aes128-ctr,aes128-ctr", "-*",
    ],
    "MACs": ["hmac-sha2-256", "+hmac-md5", "-umac*", "^hmac-sha1", "hmac-sha1,,bogus"],
    "KexAlgorithms": [
      "curve25519-sha256", "-ecdh*", "+diffie-hellman-group1-sha1", "^curve25519-sha256",
    ],
    "HostKeyAlgorithms": [
      "ssh-ed25519", "+ssh-rsa", "-*cert*", "^ssh-dss", "ssh-*", "ssh-rsa,rsa-*",
    ],
    "HostbasedAcceptedAlgorithms": ["+ssh-rsa", "*ed25519*", "-*"],
    "PubkeyAcceptedKeyTypes": ["+ssh-rsa", "ssh-dss*", "-rsa*"],
    "PubkeyAcceptedAlgorithms": ["^ssh-rsa", "ssh-ed25519"],
    "CASignatureAlgorithms": ["+ssh-rsa", "ssh-ed25519", "-ecdsa*"],
  ]
  static let all =
    frequent + frequent + frequent + flags + choices.keys.sorted() + ["IdentityFile2"]
}

extension ConfigGrammar {
  /// Values that ssh refuses for most keywords.
  private static let wrong = [
    "", "\"\"", "maybe", "-1", "99999999999", "65536", "0x", "%z", "a b c", "1h2x", "!",
  ]

  mutating func value(of keyword: String) -> String {
    if dice.chance(mischief) { return dice.pick(Self.wrong) }
    if let values = KeywordPool.choices[keyword] { return dice.pick(values) }
    if KeywordPool.flags.contains(keyword) {
      return dice.pick(["yes", "no", "True", "FALSE", "yes"])
    }
    switch keyword {
    case "HostName":
      return dice.pick(
        Self.hosts + ["%h.example.org", "DEV", "127.1", "::1", "%%x", "2001:DB8:0::1"])
    case "User": return dice.pick(Self.users + ["dom\\\\bob", "%u"])
    case "Port": return dice.pick(["22", "2222", "99", "ssh", "+23", "0022", "65535"])
    case "IdentityFile", "IdentityFile2":
      return dice.pick(["~/.ssh/id_a", "/k/%h", "none", "~/.ssh/id_b", "${HOME}/k", "~/.ssh/id_a"])
    case "ProxyJump":
      return dice.pick([
        "none", "jump", "bob@jump:2222", "a,b", "ssh://bob@jump.example.org:99", "[::1]:22",
        "10.0.0.9",
        "x,y@z:1,dev", "NONE", "jump # c", "b,", "j%h", "ssh://j/", "dev", "a b",
      ])
    case "ProxyCommand":
      return dice.pick([
        "none", "nc %h %p", "ssh -W %h:%p jump # kept", "-", "None", "sh -c \"nc %h %p\"",
      ])
    case "SendEnv":
      return dice.pick(["LANG LC_*", "A", "B C", "-LC_*", "-*", "A A"])
    case "SetEnv": return dice.pick(["A=1", "A=1 B=2 A=3", "X=\"a b\"", "Y="])
    case "LocalForward", "RemoteForward": return forward(keyword)
    case "DynamicForward":
      return dice.pick([
        "1080", "127.0.0.1:1080", "*:1081", "[::1]:1080", "/tmp/s", "1080", "localhost:ssh",
      ])
    case "ControlPath":
      return dice.pick([
        "none", "~/.ssh/cm-%C", "/tmp/%r@%h:%p", "${HOME}/s", "~/%n-%k-%L-%i-%u", "~root/x", "a%%b",
      ])
    case "HostKeyAlias": return dice.pick(["Alias-1", "b.example", "10.0.0.5"])
    case "UserKnownHostsFile":
      return dice.pick([
        "none", "/dev/null", "~/.ssh/known_hosts", "~/kh /k/%k", "${HOME}/kh",
        "~/.ssh/known_hosts x",
      ])
    default: return dice.pick(["UseKeychain", "Prot*,Tag,foo", "*", "usekeychain,!tag"])
    }
  }

  private mutating func forward(_ keyword: String) -> String {
    let values = [
      "8080 localhost:80", "127.0.0.1:8080 [::1]:80", "*:9000 h:ssh", "/tmp/l.sock /tmp/r.sock",
      "8081 /run/%h.sock", "/tmp/%r.sock localhost:22", "[::1]:7000 a:1", "8080 localhost:80",
      "a:81 b:82", "8080 socks:90", "${HOME}/s h:1", "1 a\\:b:2",
    ]
    if keyword == "RemoteForward", dice.chance(30) {
      return dice.pick(["1080", "0 localhost:80", "localhost:0", "/tmp/r.sock", "[::1]:1080"])
    }
    return dice.pick(values)
  }
}
