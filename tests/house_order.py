"""Where every module of the rooms stands, from the ground up."""

# Inside pipelines, from the ground up: a module imports only what stands
# before it, above it or to its left. The programs come last.
PIPELINES_ORDER = {
    "records and settings": (
        "atomic clip inspected_clip scored_clip loss_facts config_rules config "
        "baseline_presets presets regimes holdout mixing"
    ),
    "readers, labels and lists": "datasets clip_keys labels clip_list",
    "decoding": (
        "ogg riff containers libsndfile inspection native_ops routes decode "
        "waveforms"
    ),
    "batches, networks and runs": (
        "training_data embedder assembly run_folder archives artefacts "
        "checkpoints network_parts preparation fitting"
    ),
    "embeddings and scores": (
        "embeddings network_embeddings fusion pretraining network_training "
        "scorers clip_scores training_free clips_to_score "
        "nearest_neighbor_baseline baseline calibration"
    ),
    "report": (
        "summary tables table_formats score_files decisions challenge decided "
        "plots page_template page report scorer_table own_network "
        "explanation explanation_figure projection"
    ),
    "exported versions": "exporting",
    "programs": (
        "downloading options training calibrating evaluation export "
        "serving_files scoring explaining embedding_map"
    ),
    "models served elsewhere": "client",
    "the programs in a row": "demo studies benchmarking",
    "the command line": "commands",
}

# Likewise inside tuning.
TUNING_ORDER = {
    "records, ranges and settings": (
        "trial_record ranges values search_settings options"
    ),
    "spaces, clips and files": (
        "search_space search_data search_folder preset_file"
    ),
    "trials": "judging trials",
    "what is tried next, and where": "epoch_bar oracles machines tuner",
    "what people see": "showing",
    "programs": "running confirmation contenders search",
    "the command line": "commands",
}
ORDERS = {"pipelines": PIPELINES_ORDER, "tuning": TUNING_ORDER}

PACKAGES = set(
    "archives benchmarking calibration challenge client commands datasets "
    "downloading exporting judging machines oracles scoring showing studies "
    "trials".split()
)
