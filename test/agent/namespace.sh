# Inside a network namespace of its own: an agent at the address that EC2 has, and a workload that is told nothing.
set -eu
ip link set lo up
ip addr add 169.254.169.254/32 dev lo
cd "$FOLDER"
"$NODE" "$MAIN" serve --data data --port 0 --json --log-level warn > server.out &
SERVER=$!
trap 'kill $SERVER $AGENT' EXIT
AGENT=$SERVER
until [ -s server.out ]; do sleep 0.1; done
URL=$("$NODE" -p "JSON.parse(fs.readFileSync('server.out')).url")
eval "$("$NODE" "$MAIN" env --data data)"
"$NODE" "$PREPARE"
"$NODE" "$MAIN" instance register --data data --profile app --token-file token > instance.out
"$NODE" "$MAIN" agent --server "$URL" --state state --join-token-file token \
  --host 169.254.169.254 --imds-port 80 --container-port 0 > agent.out 2> agent.log &
AGENT=$!
until [ -s agent.out ]; do sleep 0.1; done
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_CONFIG_FILE
"$NODE" "$WORKLOAD"
