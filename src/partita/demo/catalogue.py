"""The catalogue of the demo: eight products, sixty SKUs, all five price models, and the contracts of payers.

Owns the catalogue files, and how each SKU is used: how much an hour, in which rhythm, how fast it grows. Prices are an
invention of the size of public list prices in China. Does not own who uses what (`group`).
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core.quantity import parse_quantity
from partita.demo.group import OPENED, Rows, main_account, read_rows

CURRENCY = "CNY"

_PRODUCTS = """
compute        | 云服务器 Compute            | Compute
block-storage  | 块存储 Block Storage        | Storage
object-storage | 对象存储 Object Storage     | Storage
database       | 云数据库 Database           | Databases
network        | CDN 与网络 CDN & Network    | Networking
container      | 容器服务 Container          | Compute
ai             | 大模型推理 AI Inference     | AI and Machine Learning
messaging      | 消息与通知 Messaging        | Integration
"""

_SKUS = """
# product | sku | name | unit | weight | an hour: least, most | rhythm | growth in 1/1000 a month
compute | vm.g8.large | 通用型 2C8G | Hour | 9 | 2 12 | waves | 30
compute | vm.g8.xlarge | 通用型 4C16G | Hour | 10 | 2 14 | waves | 30
compute | vm.g8.2xlarge | 通用型 8C32G | Hour | 8 | 1 10 | waves | 30
compute | vm.g8.4xlarge | 通用型 16C64G | Hour | 4 | 1 6 | waves | 20
compute | vm.c8.xlarge | 计算型 4C8G | Hour | 6 | 2 12 | waves | 30
compute | vm.c8.2xlarge | 计算型 8C16G | Hour | 6 | 1 10 | waves | 30
compute | vm.c8.4xlarge | 计算型 16C32G | Hour | 3 | 1 8 | waves | 20
compute | vm.r8.2xlarge | 内存型 8C64G | Hour | 4 | 1 6 | steady | 20
compute | vm.r8.4xlarge | 内存型 16C128G | Hour | 3 | 1 4 | steady | 20
compute | vm.spot.xlarge | 抢占式 4C8G | Hour | 3 | 4 40 | night | 60
compute | gpu.l20.1x | GPU L20 单卡 | Hour | 3 | 1 4 | steady | 50
compute | gpu.h20.8x | GPU H20 八卡 | Hour | 1 | 1 2 | steady | 40
block-storage | disk.essd.pl0 | ESSD PL0 | GB-Hour | 5 | 2000 30000 | steady | 40
block-storage | disk.essd.pl1 | ESSD PL1 | GB-Hour | 7 | 2000 40000 | steady | 40
block-storage | disk.essd.pl2 | ESSD PL2 | GB-Hour | 3 | 1000 12000 | steady | 30
block-storage | disk.essd.pl3 | ESSD PL3 | GB-Hour | 1 | 500 5000 | steady | 20
block-storage | disk.snapshot | 快照 Snapshot | GB-Hour | 3 | 5000 60000 | steady | 60
block-storage | disk.throughput | 预配吞吐 Throughput | MBps-Hour | 2 | 200 4000 | office | 20
object-storage | oss.standard | 标准存储 Standard | GB-Hour | 8 | 60000 600000 | steady | 50
object-storage | oss.infrequent | 低频存储 Infrequent | GB-Hour | 4 | 60000 900000 | steady | 50
object-storage | oss.archive | 归档存储 Archive | GB-Hour | 2 | 200000 2000000 | steady | 60
object-storage | oss.put | 写请求 PUT | Request | 4 | 20000 900000 | office | 50
object-storage | oss.get | 读请求 GET | Request | 5 | 90000 6000000 | evening | 50
object-storage | oss.retrieval | 数据取回 Retrieval | GB | 2 | 20 400 | night | 40
object-storage | oss.traffic.out | 外网流出 Egress | GB | 5 | 40 400 | evening | 50
object-storage | oss.replication | 跨地域复制 Replication | Day | 2 | 1 1 | daily | 0
database | db.mysql.4c16g | MySQL 4C16G | Hour | 6 | 1 4 | steady | 20
database | db.mysql.8c32g | MySQL 8C32G | Hour | 6 | 1 4 | steady | 20
database | db.mysql.16c64g | MySQL 16C64G | Hour | 3 | 1 2 | steady | 20
database | db.pg.8c32g | PostgreSQL 8C32G | Hour | 4 | 1 4 | steady | 30
database | db.redis.16g | Redis 16G | Hour | 5 | 1 6 | steady | 20
database | db.redis.64g | Redis 64G | Hour | 3 | 1 4 | steady | 20
database | db.mongo.8c32g | MongoDB 8C32G | Hour | 3 | 1 3 | steady | 20
database | db.storage | 数据库存储 Storage | GB-Hour | 4 | 500 12000 | steady | 40
database | db.backup | 数据库备份 Backup | GB-Hour | 3 | 1000 30000 | steady | 40
database | db.audit | 审计日志 Audit | Day | 2 | 1 1 | daily | 0
network | cdn.traffic.mainland | CDN 流量 境内 | GB | 8 | 60 1300 | evening | 60
network | cdn.traffic.overseas | CDN 流量 境外 | GB | 3 | 10 240 | evening | 80
network | cdn.https | HTTPS 请求 | Request | 5 | 100000 9000000 | evening | 60
network | net.slb.lcu | 负载均衡 LCU | LCU-Hour | 6 | 10 300 | evening | 40
network | net.nat | NAT 网关 | Hour | 4 | 1 4 | steady | 10
network | net.eip | 公网带宽 Bandwidth | Mbps-Hour | 4 | 20 400 | waves | 30
network | net.express | 专线 Express Connect | Day | 1 | 1 1 | daily | 0
network | net.crossregion | 跨地域流量 Cross-region | GB | 3 | 5 150 | night | 40
container | k8s.cluster.pro | 集群管理 Pro | Hour | 4 | 1 2 | steady | 10
container | k8s.serverless.vcpu | Serverless vCPU | vCPU-Hour | 8 | 10 280 | waves | 60
container | k8s.serverless.memory | Serverless 内存 | GB-Hour | 7 | 20 700 | waves | 60
container | k8s.registry | 镜像仓库 Registry | GB-Hour | 2 | 500 9000 | steady | 30
container | k8s.build | 构建时长 Build | Minute | 3 | 5 240 | office | 40
ai | ai.max.input | 旗舰模型 输入 | 1K tokens | 9 | 900 24000 | office | 160
ai | ai.max.output | 旗舰模型 输出 | 1K tokens | 9 | 300 8000 | office | 160
ai | ai.lite.input | 轻量模型 输入 | 1K tokens | 6 | 1000 60000 | evening | 190
ai | ai.lite.output | 轻量模型 输出 | 1K tokens | 6 | 300 20000 | evening | 190
ai | ai.embedding | 向量化 Embedding | 1K tokens | 3 | 2000 40000 | night | 90
ai | ai.image | 文生图 Image | Image | 3 | 10 300 | evening | 140
ai | ai.speech | 语音合成 Speech | Second | 3 | 600 18000 | evening | 90
messaging | mq.requests | 消息请求 MQ | Request | 6 | 200000 9000000 | evening | 50
messaging | mq.topic | 主题占用 Topic | Day | 3 | 1 1 | daily | 0
messaging | sms.domestic | 国内短信 SMS | Message | 4 | 60 1800 | office | 30
messaging | push.mobile | 移动推送 Push | 1K devices | 3 | 50 1500 | evening | 40
"""

_PRICES = """
# sku | model counter block | price, or tier ends with prices (≤end price … price)
vm.g8.large | unit | 0.4872
vm.g8.xlarge | unit | 0.9744
vm.g8.2xlarge | unit | 1.9488
vm.g8.4xlarge | unit | 3.8976
vm.c8.xlarge | unit | 0.8316
vm.c8.2xlarge | unit | 1.6632
vm.c8.4xlarge | unit | 3.3264
vm.r8.2xlarge | unit | 2.6124
vm.r8.4xlarge | unit | 5.2248
vm.spot.xlarge | unit | 0.2923
gpu.l20.1x | unit | 13.9
gpu.h20.8x | volume payer | ≤500 118.5, ≤2000 112, 105
disk.essd.pl0 | unit | 0.0006944444
disk.essd.pl1 | unit | 0.0013888889
disk.essd.pl2 | unit | 0.0027777778
disk.essd.pl3 | unit | 0.0055555556
disk.snapshot | graduated account | ≤10000000 0.0001666667, ≤50000000 0.0001527778, 0.0001388889
disk.throughput | unit | 0.0025
oss.standard | graduated payer | ≤40000000 0.0001666667, ≤400000000 0.0001611111, 0.0001541667
oss.infrequent | unit | 0.0001111111
oss.archive | unit | 0.0000458333
oss.put | block payer 10000 | 0.01
oss.get | block payer 10000 | 0.01
oss.retrieval | unit | 0.0325
oss.traffic.out | graduated account | ≤10240 0.5, ≤51200 0.45, ≤102400 0.4, 0.3
oss.replication | flat | 25
db.mysql.4c16g | unit | 3.12
db.mysql.8c32g | unit | 6.24
db.mysql.16c64g | unit | 12.48
db.pg.8c32g | unit | 6.9
db.redis.16g | unit | 1.98
db.redis.64g | unit | 7.6
db.mongo.8c32g | unit | 7.4
db.storage | unit | 0.0013888889
db.backup | graduated account | ≤2000000 0.0002777778, ≤20000000 0.0002222222, 0.0001666667
db.audit | flat | 48
cdn.traffic.mainland | graduated payer | ≤10240 0.24, ≤51200 0.23, ≤102400 0.21, ≤1048576 0.18, 0.15
cdn.traffic.overseas | volume payer | ≤5120 0.62, ≤51200 0.55, 0.48
cdn.https | block payer 10000 | 0.05
net.slb.lcu | unit | 0.049
net.nat | unit | 0.45
net.eip | unit | 0.0634
net.express | flat | 1180
net.crossregion | volume account | ≤10240 0.5, ≤102400 0.42, 0.35
k8s.cluster.pro | unit | 0.64
k8s.serverless.vcpu | graduated payer | ≤100000 0.2232, ≤500000 0.2009, 0.1786
k8s.serverless.memory | unit | 0.0279
k8s.registry | unit | 0.0003472222
k8s.build | block account 10 | 0.35
ai.max.input | volume payer | ≤5000000 0.0024, ≤50000000 0.0022, 0.002
ai.max.output | volume payer | ≤2000000 0.0096, ≤20000000 0.0088, 0.008
ai.lite.input | graduated payer | ≤50000000 0.0003, 0.00025
ai.lite.output | graduated payer | ≤20000000 0.0006, 0.0005
ai.embedding | unit | 0.0005
ai.image | graduated account | ≤10000 0.16, ≤100000 0.14, 0.12
ai.speech | block account 15 | 0.0035
mq.requests | block payer 1000000 | 1.1
mq.topic | flat | 2.88
sms.domestic | graduated account | ≤100000 0.045, ≤500000 0.042, 0.038
push.mobile | volume payer | ≤100000 0.08, 0.06
"""

_CHANGES = """
# a price falls in the middle of a month, another one later
vm.g8.2xlarge | unit | 1.7539 | 2026-09-15
oss.standard | graduated payer | ≤40000000 0.0001611111, ≤400000000 0.0001541667, 0.0001472222 | 2026-10-10
"""


@dataclass(frozen=True, slots=True)
class Meter:
    """How a SKU is used: quantities `_e6` an hour, rhythm, growth in thousandths a month, weight in its product."""

    sku_id: str
    product_id: str
    weight: int
    least_e6: int
    most_e6: int
    rhythm: str
    growth: int


def catalogue() -> dict[str, tuple[tuple[str, ...], Rows]]:
    """Return the catalogue files: name → (columns, rows)."""
    skus: Rows = [(sku, product, name, unit) for product, sku, name, unit, *_ in read_rows(_SKUS)]
    versions = [*((*line, OPENED) for line in read_rows(_PRICES)), *read_rows(_CHANGES)]
    prices = [row for sku, model, text, since in versions for row in _price(sku, model, text, since)]
    return {
        "products.csv": (("product_id", "name", "service_category"), read_rows(_PRODUCTS)),
        "skus.csv": (("sku_id", "product_id", "name", "unit"), skus),
        "prices.csv": (
            ("sku_id", "currency", "effective_from", "model", "counter", "tier_to", "price", "block_size"),
            prices,
        ),
        "discounts.csv": (
            ("payer_id", "target_kind", "target_id", "effective_from", "factor", "exclusive"),
            _discounts(),
        ),
    }


def meters() -> list[Meter]:
    """Return how each SKU is used."""
    found = []
    for product, sku, _, _, weight, span, rhythm, growth in read_rows(_SKUS):
        least, most = (parse_quantity(text) for text in span.split())
        found.append(Meter(sku, product, int(weight), least, most, rhythm, int(growth)))
    return found


def _discounts() -> Rows:
    """Contracts: all products, one product, one SKU; and one exclusive special price on GPUs."""
    tech, media, mind = (main_account(company) for company in ("tech", "media", "mind"))
    return [
        ("voyage-main", "all", "", OPENED, "0.9", "no"),
        (tech, "all", "", OPENED, "0.9", "no"),
        (tech, "product", "compute", OPENED, "0.85", "no"),
        (tech, "product", "database", "2026-09-01", "0.88", "no"),
        (tech, "sku", "gpu.h20.8x", OPENED, "0.7", "yes"),
        (media, "all", "", OPENED, "0.92", "no"),
        (media, "product", "network", OPENED, "0.8", "no"),
        (media, "sku", "cdn.traffic.mainland", "2026-09-01", "0.95", "no"),
        (mind, "all", "", OPENED, "0.95", "no"),
        ("galaxy-genai-prod", "product", "ai", OPENED, "0.9", "no"),
        ("galaxy-genai-prod", "sku", "ai.max.output", "2026-10-01", "0.85", "no"),
    ]


def _price(sku: str, model: str, text: str, since: str) -> Rows:
    name, *words = model.split()
    counter, block = (*words, "", "")[:2]
    rows: Rows = []
    for tier in text.split(", "):
        end, price = tier.split() if tier.startswith("≤") else ("", tier)
        rows.append((sku, CURRENCY, since, name, counter, end.removeprefix("≤"), price, block))
    return rows
