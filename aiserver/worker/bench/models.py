"""Models with random weights, as large as the real ones or tiny.

Weights do not change how long a model takes, so `full` is what bench.py times; `tiny`
loads in seconds on a CPU, so that is what tests read:

    python models.py DIR      writes each tiny model to DIR/<name>, as an ordinary model folder

The numbers of `full` are those of the published config.json files.
"""

import pathlib
import sys

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinInpaintPipeline,
    Flux2Transformer2DModel,
    ZImageInpaintPipeline,
    ZImageTransformer2DModel,
)
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2TokenizerFast,
    Qwen2VLImageProcessor,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3Model,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    SiglipProcessor,
)

MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
         "<|video_pad|>")
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for c in m.content %}{% if c.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ c.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer():
    """Byte by byte, so that every text has tokens; a text has some three times those of the real tokenizer."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Qwen2TokenizerFast(vocab={letter: i for i, letter in enumerate(letters)}, merges=[])
    made.add_special_tokens({"additional_special_tokens": list(MARKS)})
    made.pad_token, made.eos_token, made.chat_template = MARKS[0], MARKS[2], CHAT
    return made


def text_encoder(kind, tiny, layers):
    """Qwen3 4B, which both scene models read prompts with."""
    size = dict(vocab_size=151936, hidden_size=2560, intermediate_size=9728, num_hidden_layers=36,
                num_attention_heads=32, num_key_value_heads=8, head_dim=128)
    if tiny:
        size = dict(vocab_size=300, hidden_size=16, intermediate_size=32, num_hidden_layers=layers,
                    num_attention_heads=2, num_key_value_heads=2, head_dim=8)
    return kind(Qwen3Config(**size, max_position_embeddings=40960, tie_word_embeddings=True)).eval()


def flux2_klein(tiny):
    size = dict(in_channels=128, num_layers=5, num_single_layers=20, attention_head_dim=128, num_attention_heads=24,
                joint_attention_dim=3 * 2560, timestep_guidance_channels=256, axes_dims_rope=(32,) * 4)
    vae = dict()
    if tiny:
        size = dict(in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
                    joint_attention_dim=3 * 16, timestep_guidance_channels=16, axes_dims_rope=(4,) * 4)
        vae = dict(block_out_channels=(8,) * 4, layers_per_block=1, latent_channels=4, norm_num_groups=4)
    transformer = Flux2Transformer2DModel(patch_size=1, mlp_ratio=3.0, guidance_embeds=False, **size).eval()
    # 28 layers also when tiny: the pipeline reads what comes out of the 9th, 18th and 27th.
    encoder = text_encoder(Qwen3ForCausalLM, tiny, 28)
    return Flux2KleinInpaintPipeline(
        FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True), AutoencoderKLFlux2(**vae).eval(), encoder,
        tokenizer(), transformer, is_distilled=True)


def z_image(tiny):
    size = dict(dim=3840, n_layers=30, n_refiner_layers=2, n_heads=30, n_kv_heads=30, cap_feat_dim=2560,
                axes_dims=[32, 48, 48], axes_lens=[1536, 512, 512])
    vae = dict(block_out_channels=(128, 256, 512, 512), layers_per_block=2, norm_num_groups=32)
    if tiny:
        size = dict(dim=32, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=16,
                    axes_dims=[8, 4, 4], axes_lens=[1536, 512, 512])
        vae = dict(block_out_channels=(8,) * 4, layers_per_block=1, norm_num_groups=4)
    transformer = ZImageTransformer2DModel(all_patch_size=(2,), all_f_patch_size=(1,), in_channels=16, **size).eval()
    coder = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=16,
        use_quant_conv=False, use_post_quant_conv=False, scaling_factor=0.3611, shift_factor=0.1159, **vae).eval()
    return ZImageInpaintPipeline(
        FlowMatchEulerDiscreteScheduler(shift=3.0), coder, text_encoder(Qwen3Model, tiny, 2), tokenizer(), transformer)


def siglip2(tiny, kind="so400m"):
    """SigLIP 2 and its processor: so400m (patch 14, 384 px) or base (patch 16, 256 px)."""
    size, side, patch, words = {
        "so400m": (dict(hidden_size=1152, intermediate_size=4304, num_hidden_layers=27, num_attention_heads=16),
                   384, 14, 256000),
        "base": (dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12),
                 256, 16, 256000),
    }[kind]
    if tiny:
        size, side, patch, words = (
            dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2), 64, 16, 300)
    model = SiglipModel(SiglipConfig(text_config=dict(vocab_size=words, **size),
                                     vision_config=dict(image_size=side, patch_size=patch, **size))).eval()
    letters = ["<pad>", "<eos>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    read = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    read.pre_tokenizer, read.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=read, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>",
                                   model_max_length=64)
    return model, SiglipProcessor(SiglipImageProcessor(size=dict(height=side, width=side)), fast)


def qwen3_vl(tiny):
    """Qwen3-VL 4B and its processor."""
    read = tokenizer()
    text = dict(vocab_size=151936, hidden_size=2560, intermediate_size=9728, num_hidden_layers=36,
                num_attention_heads=32, num_key_value_heads=8, head_dim=128)
    sections = [24, 20, 20]  # they add up to half of head_dim
    sight = dict(depth=24, hidden_size=1024, intermediate_size=4096, num_heads=16, out_hidden_size=2560,
                 num_position_embeddings=2304, deepstack_visual_indexes=[5, 11, 17])
    if tiny:
        text = dict(vocab_size=len(read), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                    num_attention_heads=2, num_key_value_heads=1, head_dim=16)
        sections = [4, 2, 2]
        sight = dict(depth=3, hidden_size=32, intermediate_size=64, num_heads=2, out_hidden_size=32,
                     num_position_embeddings=256, deepstack_visual_indexes=[0, 1])
    rope = dict(rope_type="default", mrope_section=sections, mrope_interleaved=True, rope_theta=5e6)
    number = read.convert_tokens_to_ids
    model = Qwen3VLForConditionalGeneration(Qwen3VLConfig(
        text_config=dict(**text, max_position_embeddings=262144, rope_parameters=rope),
        vision_config=dict(patch_size=16, **sight), tie_word_embeddings=True,
        image_token_id=number("<|image_pad|>"), video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"), vision_end_token_id=number("<|vision_end|>"))).eval()
    model.generation_config.eos_token_id = number("<|im_end|>")
    model.generation_config.pad_token_id = number("<|endoftext|>")
    looks = Qwen2VLImageProcessor(patch_size=16, merge_size=2, temporal_patch_size=2,
                                  size=dict(shortest_edge=4096, longest_edge=1024 * 1024))
    return model, Qwen3VLProcessor(looks, read, Qwen3VLVideoProcessor(patch_size=16), chat_template=CHAT)


def birefnet():
    """What the cut-out does with an ONNX file: what is darker than ImageNet's middle is the product."""
    import onnx  # where full models are timed it need not be installed
    from onnx import TensorProto, helper

    side = 64
    dark = helper.make_tensor("dark", TensorProto.FLOAT, (1, 3, 1, 1), [-4.0, -4.0, -4.0])
    graph = helper.make_graph(
        [helper.make_node("Conv", ["input_image", "dark"], ["output_image"])], "birefnet",
        [helper.make_tensor_value_info("input_image", TensorProto.FLOAT, (1, 3, side, side))],
        [helper.make_tensor_value_info("output_image", TensorProto.FLOAT, (1, 1, side, side))], [dark])
    return onnx.helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


MODELS = {"flux2-klein": flux2_klein, "z-image": z_image, "siglip2": siglip2, "qwen3-vl": qwen3_vl}


def main(folder):
    torch.manual_seed(0)
    for name, make in MODELS.items():
        made = make(tiny=True)
        for part in made if isinstance(made, tuple) else (made,):  # a model and its processor share a folder
            part.save_pretrained(f"{folder}/{name}")
    cutout = pathlib.Path(folder, "birefnet", "model.onnx")
    cutout.parent.mkdir(parents=True)
    cutout.write_bytes(birefnet().SerializeToString())


if __name__ == "__main__":
    main(sys.argv[1])
